package main

import (
	"strconv"

	"github.com/digitalocean/godo"
)

var operator = []string{"lab@example.invalid"}

// watch makes an alert policy on the droplet and an uptime check with an alert, and deletes them.
func watch(do *godo.Client, droplet int) {
	alertPolicy(do, strconv.Itoa(droplet))
	uptimeCheck(do)
}

func alertPolicy(do *godo.Client, droplet string) {
	wish := &godo.AlertPolicyCreateRequest{
		Type:        godo.DropletCPUUtilizationPercent,
		Description: "busy",
		Compare:     godo.GreaterThan,
		Value:       80,
		Window:      "5m",
		Entities:    []string{droplet},
		Tags:        []string{},
		Alerts:      godo.Alerts{Email: operator, Slack: []godo.SlackDetails{}},
		Enabled:     godo.PtrTo(true),
	}
	id := first(do.Monitoring.CreateAlertPolicy(ctx, wish)).UUID
	equal("policies", len(first(do.Monitoring.ListAlertPolicies(ctx, nil))), 1)
	change := godo.AlertPolicyUpdateRequest(*wish)
	change.Value = 90
	first(do.Monitoring.UpdateAlertPolicy(ctx, id, &change))
	seen := first(do.Monitoring.GetAlertPolicy(ctx, id))
	equal("policy", []any{seen.Value, seen.Entities, seen.Alerts.Email}, []any{float32(90), []string{droplet}, operator})
	succeeded(do.Monitoring.DeleteAlertPolicy(ctx, id))
	refused(404, "", second(do.Monitoring.GetAlertPolicy(ctx, id)))
}

func uptimeCheck(do *godo.Client) {
	wish := &godo.CreateUptimeCheckRequest{
		Name:    "site",
		Type:    "https",
		Target:  "https://www.example.com",
		Regions: []string{"eu_west"},
		Enabled: true,
	}
	id := first(do.UptimeChecks.Create(ctx, wish)).ID
	alert := first(do.UptimeChecks.CreateAlert(ctx, id, &godo.CreateUptimeAlertRequest{
		Name:          "down",
		Type:          "down_global",
		Period:        "2m",
		Notifications: &godo.Notifications{Email: operator, Slack: []godo.SlackDetails{}},
	}))
	alerts := first(do.UptimeChecks.ListAlerts(ctx, id, nil))
	equal("alerts", names(alerts, func(alert godo.UptimeAlert) string { return alert.ID }), []string{alert.ID})
	first(do.UptimeChecks.GetState(ctx, id))
	change := godo.UpdateUptimeCheckRequest(*wish)
	change.Name = "shop"
	first(do.UptimeChecks.Update(ctx, id, &change))
	equal("name", first(do.UptimeChecks.Get(ctx, id)).Name, "shop")
	succeeded(do.UptimeChecks.DeleteAlert(ctx, id, alert.ID))
	refused(404, "", second(do.UptimeChecks.GetAlert(ctx, id, alert.ID)))
	succeeded(do.UptimeChecks.Delete(ctx, id))
	refused(404, "", second(do.UptimeChecks.Get(ctx, id)))
}
