package main

import (
	"strconv"

	"github.com/digitalocean/godo"
	"github.com/digitalocean/godo/util"
)

const (
	region = "fra1"
	small  = "s-1vcpu-512mb-10gb"
	larger = "s-1vcpu-1gb"
	debian = "debian-13-x64"
)

// firstDroplet orders a droplet and answers it when it has booted.
func firstDroplet(do *godo.Client, key int) *godo.Droplet {
	order := &godo.DropletCreateRequest{
		Name:       "web",
		Region:     region,
		Size:       "s-none",
		Image:      godo.DropletCreateImage{Slug: debian},
		SSHKeys:    []godo.DropletCreateSSHKey{{ID: key}},
		IPv6:       true,
		Monitoring: true,
		UserData:   "#cloud-config\nruncmd:\n  - touch /root/made-by-godo\n",
		Tags:       []string{"web"},
	}
	refused(422, "You specified an invalid size for Droplet creation.", second(do.Droplets.Create(ctx, order)))
	order.Size = small
	made, response, err := do.Droplets.Create(ctx, order)
	id := must(made, err).ID
	equal("rate limit is told", response.Rate.Remaining > 0, true)
	// godo's own way to wait.
	must(0, util.WaitForActive(ctx, do, response.Links.Actions[0].HREF))
	droplet := first(do.Droplets.Get(ctx, id))
	equal("status", droplet.Status, "active")
	equal("tags", droplet.Tags, []string{"web"})
	equal("size", droplet.Size.Slug, small)
	equal("image", droplet.Image.Slug, debian)
	for what, address := range map[string]string{
		"public":  must(droplet.PublicIPv4()),
		"private": must(droplet.PrivateIPv4()),
		"IPv6":    must(droplet.PublicIPv6()),
	} {
		equal(what+" address is told", address != "", true)
	}
	refused(404, "", second(do.Droplets.Get(ctx, 1)))
	return droplet
}

// power gives a droplet a new name, takes a snapshot while it is off, gives it a larger size and the same disk anew.
func power(do *godo.Client, id int) int {
	actions := do.DropletActions
	seen := func() *godo.Droplet { return first(do.Droplets.Get(ctx, id)) }

	finished(do, first(actions.Rename(ctx, id, "www")))
	equal("name", seen().Name, "www")
	refused(422, "", second(actions.Resize(ctx, id, larger, false)))
	finished(do, first(actions.PowerOff(ctx, id)))
	equal("status", seen().Status, "off")
	refused(422, "", second(actions.PowerOff(ctx, id)))

	finished(do, first(actions.Snapshot(ctx, id, "before the move")))
	snapshots := first(do.Droplets.Snapshots(ctx, id, nil))
	equal("snapshots", names(snapshots, func(image godo.Image) string { return image.Name }), []string{"before the move"})
	finished(do, first(actions.Resize(ctx, id, larger, false)))
	finished(do, first(actions.PowerOn(ctx, id)))
	equal("size", seen().SizeSlug, larger)
	equal("status", seen().Status, "active")
	finished(do, first(actions.RebuildByImageSlug(ctx, id, debian)))
	finished(do, first(actions.Restore(ctx, id, snapshots[0].ID)))
	taken := first(do.Snapshots.Get(ctx, strconv.Itoa(snapshots[0].ID)))
	equal("snapshot", taken.ResourceID, strconv.Itoa(id))
	return snapshots[0].ID
}

// secondDroplet starts where the snapshot was taken, and is told what to do by its tag.
func secondDroplet(do *godo.Client, key int, snapshot int, network string) int {
	images := first(do.Images.ListUser(ctx, nil))
	equal("images", names(images, func(image godo.Image) string { return image.Name }), []string{"before the move"})
	made, response, err := do.Droplets.CreateMultiple(ctx, &godo.DropletMultiCreateRequest{
		Names:   []string{"copy"},
		Region:  region,
		Size:    small,
		Image:   godo.DropletCreateImage{ID: snapshot},
		SSHKeys: []godo.DropletCreateSSHKey{{ID: key}},
		Tags:    []string{"copies"},
		VPCUUID: network,
	})
	copied := must(made, err)[0]
	finished(do, first(do.Actions.Get(ctx, response.Links.Actions[0].ID)))
	for _, action := range first(do.DropletActions.PowerOffByTag(ctx, "copies")) {
		finished(do, &action)
	}
	tagged := first(do.Droplets.ListByTag(ctx, "copies", nil))
	equal("tagged", names(tagged, func(droplet godo.Droplet) string { return droplet.Name + " " + droplet.Status }), []string{"copy off"})
	return copied.ID
}

func finished(do *godo.Client, action *godo.Action) {
	until(action.Type, func() bool {
		seen := first(do.Actions.Get(ctx, action.ID))
		equal(seen.Type+" goes well", seen.Status != "errored", true)
		return seen.Status == godo.ActionCompleted && seen.CompletedAt != nil
	})
}
