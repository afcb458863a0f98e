package main

import (
	"strconv"

	"github.com/digitalocean/godo"
)

// tag is on the droplet for a while.
func tag(do *godo.Client, droplet int) {
	resources := []godo.Resource{{ID: strconv.Itoa(droplet), Type: godo.DropletResourceType}}
	first(do.Tags.Create(ctx, &godo.TagCreateRequest{Name: "staging"}))
	succeeded(do.Tags.TagResources(ctx, "staging", &godo.TagResourcesRequest{Resources: resources}))
	equal("tagged", len(first(do.Droplets.ListByTag(ctx, "staging", nil))), 1)
	equal("count", first(do.Tags.Get(ctx, "staging")).Resources.Droplets.Count, 1)
	succeeded(do.Tags.UntagResources(ctx, "staging", &godo.UntagResourcesRequest{Resources: resources}))
	equal("tagged", len(first(do.Droplets.ListByTag(ctx, "staging", nil))), 0)
	refused(400, "", second(do.Tags.Create(ctx, &godo.TagCreateRequest{Name: "two words"})))
	succeeded(do.Tags.Delete(ctx, "staging"))
	refused(404, "", second(do.Tags.Get(ctx, "staging")))
}

// project has the droplet for a while.
func project(do *godo.Client, droplet *godo.Droplet) {
	made := first(do.Projects.Create(ctx, &godo.CreateProjectRequest{
		Name:        "site",
		Description: "The site",
		Purpose:     "Website or blog",
		Environment: "Production",
	}))
	in := func() []string {
		return names(first(do.Projects.ListResources(ctx, made.ID, nil)), func(resource godo.ProjectResource) string { return resource.URN })
	}
	first(do.Projects.AssignResources(ctx, made.ID, droplet))
	equal("in the project", in(), []string{droplet.URN()})
	first(do.Projects.Update(ctx, made.ID, &godo.UpdateProjectRequest{Name: "shop"}))
	seen := first(do.Projects.Get(ctx, made.ID))
	equal("updated", []string{seen.Name, seen.Environment}, []string{"shop", "Production"})
	refused(412, "", third(do.Projects.Delete(ctx, made.ID)))
	first(do.Projects.AssignResources(ctx, first(do.Projects.GetDefault(ctx)).ID, droplet.URN()))
	equal("in the project", in(), []string{})
	succeeded(do.Projects.Delete(ctx, made.ID))
	refused(404, "", second(do.Projects.Get(ctx, made.ID)))
}
