// What a person does with godo, from an empty account to an empty account.
package main

import (
	"context"
	"os"

	"github.com/digitalocean/godo"
	"golang.org/x/oauth2"
)

var ctx = context.Background()

func main() {
	refused(401, "Unable to authenticate you", second(client(os.Getenv("WRONG_TOKEN")).Account.Get(ctx)))

	do := client(os.Getenv("DIGITALOCEAN_TOKEN"))
	key := keys(do)
	catalog(do)
	web := firstDroplet(do, key)
	firewall(do, web.ID)
	zone(do, must(web.PublicIPv4()))
	reservedIP(do, web.ID)
	tag(do, web.ID)
	project(do, web)
	watch(do, web.ID)
	snapshot := power(do, web.ID)
	network := vpc(do)
	other := secondDroplet(do, key, snapshot, network)
	isIn(do, network, other)
	surroundings(do, other)
	clear(do, key, web.ID, other)
	succeeded(do.VPCs.Delete(ctx, network))
	refused(404, "", second(do.VPCs.Get(ctx, network)))
	isEmpty(do)
}

func client(token string) *godo.Client {
	source := oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token})
	return must(godo.New(oauth2.NewClient(ctx, source), godo.SetBaseURL(os.Getenv("DIGITALOCEAN_API_URL"))))
}

func clear(do *godo.Client, key int, droplet int, copied int) {
	succeeded(do.Droplets.Delete(ctx, droplet))
	succeeded(do.Droplets.DeleteByTag(ctx, "copies"))
	refused(404, "", second(do.Droplets.Get(ctx, droplet)))
	refused(404, "", second(do.Droplets.Get(ctx, copied)))
	for _, snapshot := range every(func(options *godo.ListOptions) ([]godo.Snapshot, *godo.Response, error) {
		return do.Snapshots.ListDroplet(ctx, options)
	}) {
		succeeded(do.Snapshots.Delete(ctx, snapshot.ID))
	}
	succeeded(do.Keys.DeleteByID(ctx, key))
	// Tags that a droplet brought along outlive it.
	for _, name := range []string{"web", "copies"} {
		succeeded(do.Tags.Delete(ctx, name))
	}
}

func isEmpty(do *godo.Client) {
	all := &godo.ListOptions{PerPage: 200}
	equal("droplets", len(first(do.Droplets.List(ctx, all))), 0)
	equal("firewalls", len(first(do.Firewalls.List(ctx, all))), 0)
	equal("domains", len(first(do.Domains.List(ctx, all))), 0)
	equal("reserved IPs", len(first(do.ReservedIPs.List(ctx, all))), 0)
	equal("keys", len(first(do.Keys.List(ctx, all))), 0)
	equal("tags", len(first(do.Tags.List(ctx, all))), 0)
	equal("snapshots", len(first(do.Snapshots.List(ctx, all))), 0)
	equal("images", len(first(do.Images.ListUser(ctx, all))), 0)
	equal("alert policies", len(first(do.Monitoring.ListAlertPolicies(ctx, all))), 0)
	equal("uptime checks", len(first(do.UptimeChecks.List(ctx, all))), 0)
	for _, project := range first(do.Projects.List(ctx, all)) {
		equal(project.Name+" is the default project", project.IsDefault, true)
	}
}
