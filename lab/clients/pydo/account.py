from check import every, gone, refused

PUBLIC_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFJmlFj9VzCpHBIBM3xH0zCgDjSgRBSKS4xqVhHhCMF4 pydo@example.com"


def keys(do):
    """Whose account it is, and a key for what follows."""
    assert do.account.get()["account"]["status"] == "active"
    made = do.ssh_keys.create(body={"name": "laptop", "public_key": PUBLIC_KEY})["ssh_key"]
    assert every(do.ssh_keys.list, "ssh_keys") == [made]
    assert do.ssh_keys.update(made["id"], body={"name": "desk"})["ssh_key"]["name"] == "desk"
    assert do.ssh_keys.get(made["fingerprint"])["ssh_key"] == {**made, "name": "desk"}
    again = {"name": "again", "public_key": PUBLIC_KEY}
    refused(do.ssh_keys.create, 422, "SSH Key is already in use on your account", body=again)
    gone(do.ssh_keys.get(1))
    return made["id"]


def catalog(do):
    """What can be ordered, read page by page."""
    regions = every(do.regions.list, "regions")
    sizes = every(do.sizes.list, "sizes")
    images = every(do.images.list, "images", type="distribution")
    for wanted, items in {"fra1": regions, "s-1vcpu-512mb-10gb": sizes, "debian-13-x64": images}.items():
        slugs = [item["slug"] for item in items]
        assert wanted in slugs and len(set(slugs)) == len(slugs), slugs
    assert do.images.get("debian-13-x64")["image"]["distribution"] == "Debian"
