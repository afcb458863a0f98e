from check import every
from droplets import finished


def surroundings(do, droplet_id):
    """What else can be told to a droplet and asked of it."""

    def done(**action):
        finished(do, do.droplet_actions.post(droplet_id, body=action)["action"]["id"])

    def features():
        return do.droplets.get(droplet_id)["droplet"]["features"]

    done(type="enable_ipv6")
    done(type="enable_backups", backup_policy={"plan": "weekly", "weekday": "SUN", "hour": 4})
    assert {"ipv6", "backups"} <= set(features()), features()
    done(type="change_backup_policy", backup_policy={"plan": "daily", "hour": 20})
    done(type="disable_backups")
    assert "backups" not in features()
    assert every(do.droplets.list_backups, "backups", droplet_id=droplet_id) == []
    every(do.droplets.list_kernels, "kernels", droplet_id=droplet_id)
    assert isinstance(do.droplets.list_neighbors(droplet_id)["droplets"], list)
    assert isinstance(do.droplets.list_neighbors_ids()["neighbor_ids"], list)
    resources = do.droplets.list_associated_resources(droplet_id)
    assert resources["snapshots"] == resources["volumes"] == [], resources
