package main

import (
	"slices"

	"github.com/digitalocean/godo"
)

// surroundings is what else can be told to a droplet and asked of it.
func surroundings(do *godo.Client, id int) {
	actions := do.DropletActions
	features := func() []string { return first(do.Droplets.Get(ctx, id)).Features }
	weekly := &godo.DropletBackupPolicyRequest{Plan: "weekly", Weekday: "SUN", Hour: godo.PtrTo(4)}
	daily := &godo.DropletBackupPolicyRequest{Plan: "daily", Hour: godo.PtrTo(20)}
	finished(do, first(actions.EnableIPv6(ctx, id)))
	finished(do, first(actions.EnableBackupsWithPolicy(ctx, id, weekly)))
	equal("has both", []bool{slices.Contains(features(), "ipv6"), slices.Contains(features(), "backups")}, []bool{true, true})
	finished(do, first(actions.ChangeBackupPolicy(ctx, id, daily)))
	finished(do, first(actions.DisableBackups(ctx, id)))
	equal("backups", slices.Contains(features(), "backups"), false)
	equal("backups", len(first(do.Droplets.Backups(ctx, id, nil))), 0)
	first(do.Droplets.Kernels(ctx, id, nil))
	first(do.Droplets.Neighbors(ctx, id))
	equal("snapshots", len(first(do.Droplets.ListAssociatedResourcesForDeletion(ctx, id)).Snapshots), 0)
	types := names(first(do.Droplets.Actions(ctx, id, nil)), func(action godo.Action) string { return action.Type })
	equal("latest action", types[0], "disable_backups")
}
