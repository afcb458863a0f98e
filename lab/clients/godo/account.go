package main

import (
	"slices"

	"github.com/digitalocean/godo"
)

const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFJmlFj9VzCpHBIBM3xH0zCgDjSgRBSKS4xqVhHhCMF4 godo@example.com"

// keys looks whose account it is and makes a key for what follows.
func keys(do *godo.Client) int {
	equal("account", first(do.Account.Get(ctx)).Status, "active")
	made := first(do.Keys.Create(ctx, &godo.KeyCreateRequest{Name: "laptop", PublicKey: publicKey}))
	listed := every(func(options *godo.ListOptions) ([]godo.Key, *godo.Response, error) {
		return do.Keys.List(ctx, options)
	})
	equal("keys", listed, []godo.Key{*made})
	first(do.Keys.UpdateByID(ctx, made.ID, &godo.KeyUpdateRequest{Name: "desk"}))
	equal("name", first(do.Keys.GetByFingerprint(ctx, made.Fingerprint)).Name, "desk")
	equal("public key", first(do.Keys.GetByID(ctx, made.ID)).PublicKey, publicKey)
	again := &godo.KeyCreateRequest{Name: "again", PublicKey: publicKey}
	refused(422, "SSH Key is already in use on your account", second(do.Keys.Create(ctx, again)))
	refused(404, "", second(do.Keys.GetByID(ctx, 1)))
	return made.ID
}

// catalog reads what can be ordered, page by page.
func catalog(do *godo.Client) {
	regions := every(func(options *godo.ListOptions) ([]godo.Region, *godo.Response, error) {
		return do.Regions.List(ctx, options)
	})
	sizes := every(func(options *godo.ListOptions) ([]godo.Size, *godo.Response, error) {
		return do.Sizes.List(ctx, options)
	})
	images := every(func(options *godo.ListOptions) ([]godo.Image, *godo.Response, error) {
		return do.Images.ListDistribution(ctx, options)
	})
	for wanted, slugs := range map[string][]string{
		region: names(regions, func(region godo.Region) string { return region.Slug }),
		small:  names(sizes, func(size godo.Size) string { return size.Slug }),
		debian: names(images, func(image godo.Image) string { return image.Slug }),
	} {
		equal(wanted, slices.Contains(slugs, wanted), true)
		slices.Sort(slugs)
		equal("no slug twice", slices.Compact(slices.Clone(slugs)), slugs)
	}
	equal("image", first(do.Images.GetBySlug(ctx, debian)).Distribution, "Debian")
}
