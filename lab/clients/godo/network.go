package main

import "github.com/digitalocean/godo"

// firewall is made, changed in each way there is, and deleted.
func firewall(do *godo.Client, droplet int) {
	everywhere := []string{"0.0.0.0/0", "::/0"}
	from := &godo.Sources{Addresses: everywhere}
	ssh := godo.InboundRule{Protocol: "tcp", PortRange: "22", Sources: from}
	https := godo.InboundRule{Protocol: "tcp", PortRange: "443", Sources: from}
	ping := godo.InboundRule{Protocol: "icmp", Sources: from}
	out := godo.OutboundRule{Protocol: "tcp", PortRange: "all", Destinations: &godo.Destinations{Addresses: everywhere}}
	wish := &godo.FirewallRequest{Name: "web", InboundRules: []godo.InboundRule{ssh}, OutboundRules: []godo.OutboundRule{out}}
	id := first(do.Firewalls.Create(ctx, wish)).ID
	seen := func() *godo.Firewall { return first(do.Firewalls.Get(ctx, id)) }
	more := &godo.FirewallRulesRequest{InboundRules: []godo.InboundRule{https, ping}}

	succeeded(do.Firewalls.AddDroplets(ctx, id, droplet))
	succeeded(do.Firewalls.AddTags(ctx, id, "web"))
	succeeded(do.Firewalls.AddRules(ctx, id, more))
	full := seen()
	equal("droplets", full.DropletIDs, []int{droplet})
	equal("tags", full.Tags, []string{"web"})
	// Asked for as "all" or not at all, answered as "0".
	equal("inbound", names(full.InboundRules, func(rule godo.InboundRule) string { return rule.PortRange }), []string{"22", "443", "0"})
	equal("outbound", names(full.OutboundRules, func(rule godo.OutboundRule) string { return rule.PortRange }), []string{"0"})
	around := first(do.Firewalls.ListByDroplet(ctx, droplet, nil))
	equal("around", names(around, func(firewall godo.Firewall) string { return firewall.Name }), []string{"web"})
	until("firewall is in force", func() bool { return seen().Status == "succeeded" })

	succeeded(do.Firewalls.RemoveRules(ctx, id, more))
	succeeded(do.Firewalls.RemoveTags(ctx, id, "web"))
	succeeded(do.Firewalls.RemoveDroplets(ctx, id, droplet))
	bare := seen()
	equal("nothing is left", []int{len(bare.DropletIDs), len(bare.Tags), len(bare.InboundRules)}, []int{0, 0, 1})
	wish.Name = "front"
	first(do.Firewalls.Update(ctx, id, wish))
	equal("name", seen().Name, "front")
	refused(409, "", second(do.Firewalls.Create(ctx, wish)))
	wish.Name, wish.Tags = "back", []string{"unheard-of"}
	refused(422, "", second(do.Firewalls.Create(ctx, wish)))
	succeeded(do.Firewalls.Delete(ctx, id))
	refused(404, "", second(do.Firewalls.Get(ctx, id)))
}

// reservedIP leads to the droplet for a while.
func reservedIP(do *godo.Client, droplet int) {
	ip := first(do.ReservedIPs.Create(ctx, &godo.ReservedIPCreateRequest{Region: region})).IP
	done := func(action *godo.Action) int {
		until(action.Type, func() bool {
			return first(do.ReservedIPActions.Get(ctx, ip, action.ID)).Status == godo.ActionCompleted
		})
		return action.ID
	}
	assigned := done(first(do.ReservedIPActions.Assign(ctx, ip, droplet)))
	equal("leads to", first(do.ReservedIPs.Get(ctx, ip)).Droplet.ID, droplet)
	unassigned := done(first(do.ReservedIPActions.Unassign(ctx, ip)))
	equal("leads nowhere", first(do.ReservedIPs.Get(ctx, ip)).Droplet == nil, true)
	// An address that was somebody's before may have a longer history.
	actions := first(do.ReservedIPActions.List(ctx, ip, nil))
	equal("actions", []int{actions[0].ID, actions[1].ID}, []int{unassigned, assigned})
	refused(422, "", second(do.ReservedIPActions.Assign(ctx, ip, 1)))
	succeeded(do.ReservedIPs.Delete(ctx, ip))
	refused(404, "", second(do.ReservedIPs.Get(ctx, ip)))
}
