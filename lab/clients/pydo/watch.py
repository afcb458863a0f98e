from check import every, gone

OPERATOR = {"email": ["lab@example.invalid"], "slack": []}


def alert_policy(do, droplet):
    """A policy that would tell the operator when the droplet is busy."""
    wish = {
        "type": "v1/insights/droplet/cpu",
        "description": "busy",
        "compare": "GreaterThan",
        "value": 80,
        "window": "5m",
        "entities": [str(droplet)],
        "tags": [],
        "alerts": OPERATOR,
        "enabled": True,
    }
    policy_id = do.monitoring.create_alert_policy(body=wish)["policy"]["uuid"]
    assert [each["uuid"] for each in every(do.monitoring.list_alert_policy, "policies")] == [policy_id]
    do.monitoring.update_alert_policy(policy_id, body={**wish, "value": 90})
    seen = do.monitoring.get_alert_policy(policy_id)["policy"]
    assert seen == {**wish, "value": 90, "uuid": policy_id}, seen
    assert do.monitoring.delete_alert_policy(policy_id) is None
    gone(do.monitoring.get_alert_policy(policy_id))


def uptime_check(do):
    """A check of the site with an alert."""
    api = do.uptime
    wish = {
        "name": "site",
        "type": "https",
        "target": "https://www.example.com",
        "regions": ["eu_west"],
        "enabled": True,
    }
    check_id = api.create_check(body=wish)["check"]["id"]
    down = {"name": "down", "type": "down_global", "period": "2m", "notifications": OPERATOR}
    alert_id = api.create_alert(check_id, body=down)["alert"]["id"]
    assert [each["id"] for each in every(api.list_alerts, "alerts", check_id=check_id)] == [alert_id]
    assert "state" in api.get_check_state(check_id)
    api.update_check(check_id, body={**wish, "name": "shop"})
    assert api.get_check(check_id)["check"] == {**wish, "name": "shop", "id": check_id}
    assert api.delete_alert(check_id, alert_id) is None
    gone(api.get_alert(check_id, alert_id))
    assert api.delete_check(check_id) is None
    gone(api.get_check(check_id))
