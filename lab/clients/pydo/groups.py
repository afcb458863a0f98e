from check import every, gone


def tag(do, droplet):
    """A tag that is on the droplet for a while."""
    resources = {"resources": [{"resource_id": str(droplet), "resource_type": "droplet"}]}
    do.tags.create(body={"name": "staging"})
    assert do.tags.assign_resources("staging", body=resources) is None
    assert [each["id"] for each in every(do.droplets.list, "droplets", tag_name="staging")] == [droplet]
    assert do.tags.get("staging")["tag"]["resources"]["droplets"]["count"] == 1
    assert do.tags.unassign_resources("staging", body=resources) is None
    assert every(do.droplets.list, "droplets", tag_name="staging") == []
    # pydo takes what the description names for an answer: this 400, and the 412 below.
    assert "invalid characters" in do.tags.create(body={"name": "two words"})["error"]
    assert do.tags.delete("staging") is None
    gone(do.tags.get("staging"))


def project(do, droplet):
    """A project that has the droplet for a while."""
    urn = f"do:droplet:{droplet}"
    wish = {"description": "The site", "purpose": "Website or blog", "environment": "Production"}
    project_id = do.projects.create(body={"name": "site", **wish})["project"]["id"]

    def inside():
        return [each["urn"] for each in every(do.projects.list_resources, "resources", project_id=project_id)]

    do.projects.assign_resources(project_id, body={"resources": [urn]})
    assert inside() == [urn]
    do.projects.patch(project_id, body={"name": "shop"})
    seen = do.projects.get(project_id)["project"]
    assert (seen["name"], seen["environment"]) == ("shop", "Production"), seen
    gone(do.projects.delete(project_id), "precondition_failed")
    do.projects.assign_resources_default(body={"resources": [urn]})
    assert inside() == []
    assert do.projects.delete(project_id) is None
    gone(do.projects.get(project_id))
