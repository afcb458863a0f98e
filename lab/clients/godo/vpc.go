package main

import (
	"slices"

	"github.com/digitalocean/godo"
)

// vpc is a private network beside the one that every region has.
func vpc(do *godo.Client) string {
	wish := &godo.VPCCreateRequest{Name: "back", RegionSlug: region, IPRange: "10.77.0.0/24", Description: "behind the site"}
	made := first(do.VPCs.Create(ctx, wish))
	refused(409, "", second(do.VPCs.Create(ctx, wish)))
	first(do.VPCs.Set(ctx, made.ID, godo.VPCSetName("backstage")))
	seen := first(do.VPCs.Get(ctx, made.ID))
	equal("network", []any{seen.Name, seen.IPRange, seen.Description, seen.Default}, []any{"backstage", "10.77.0.0/24", "behind the site", false})
	networks := every(func(options *godo.ListOptions) ([]*godo.VPC, *godo.Response, error) {
		return do.VPCs.List(ctx, options)
	})
	theirs := slices.IndexFunc(networks, func(each *godo.VPC) bool { return each.Default && each.RegionSlug == region })
	refused(403, "", third(do.VPCs.Delete(ctx, networks[theirs].ID)))
	return made.ID
}

// isIn holds for a droplet in the network, which can't be deleted as long as it is there.
func isIn(do *godo.Client, network string, droplet int) {
	seen := first(do.Droplets.Get(ctx, droplet))
	equal("network", seen.VPCUUID, network)
	members := first(do.VPCs.ListMembers(ctx, network, &godo.VPCListMembersRequest{}, nil))
	equal("members", names(members, func(member *godo.VPCMember) string { return member.URN }), []string{seen.URN()})
	refused(409, "", third(do.VPCs.Delete(ctx, network)))
}
