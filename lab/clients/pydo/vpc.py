from check import every, gone, refused


def vpc(do):
    """A private network beside the one that every region has."""
    wish = {"name": "back", "region": "fra1", "ip_range": "10.77.0.0/24", "description": "behind the site"}
    made = do.vpcs.create(body=wish)["vpc"]
    refused(do.vpcs.create, 409, body=wish)
    changed = do.vpcs.patch(made["id"], body={"name": "backstage"})["vpc"]
    assert changed == {**made, "name": "backstage"} == do.vpcs.get(made["id"])["vpc"], changed
    networks = every(do.vpcs.list, "vpcs")
    theirs = [each["id"] for each in networks if each["default"] and each["region"] == "fra1"]
    assert len(theirs) == 1 and made["id"] in [each["id"] for each in networks], networks
    refused(do.vpcs.delete, 403, vpc_id=theirs[0])
    return made["id"]


def is_in(do, vpc_id, droplets):
    """The droplets are in the network, which can't be deleted as long as they are."""
    members = every(do.vpcs.list_members, "members", vpc_id=vpc_id, resource_type="droplet")
    assert [each["urn"] for each in members] == [f"do:droplet:{each}" for each in droplets], members
    refused(do.vpcs.delete, 409, vpc_id=vpc_id)


def vpc_goes(do, vpc_id):
    assert do.vpcs.delete(vpc_id) is None
    gone(do.vpcs.get(vpc_id))
