"""What refers to something refers to something that is there."""

import chart
import pytest


def selects(selector, labels):
    return selector.items() <= labels.items()


def pods(values, selector):
    return [spec for name, labels, spec in chart.pods(values) if selects(selector, labels)]


def components(values, selector):
    """Components of those pods that serve for good."""
    return {
        labels["app.kubernetes.io/component"]
        for name, labels, _ in chart.pods(values)
        if name.startswith("Deployment") and selects(selector, labels)
    }


def test_a_deployment_selects_its_own_pods_and_no_others(values):
    for each in chart.of_kind(values, "Deployment"):
        selector = each["spec"]["selector"]["matchLabels"]
        assert selects(selector, each["spec"]["template"]["metadata"]["labels"])
        assert len(pods(values, selector)) == 1, each["metadata"]["name"]
        assert not {"helm.sh/chart", "app.kubernetes.io/version"} & set(selector)


def test_a_service_leads_to_pods_that_have_its_ports(values):
    for each in chart.of_kind(values, "Service"):
        name = each["metadata"]["name"]
        role = name.rpartition("-")[2]
        reached = components(values, each["spec"]["selector"])
        assert reached == ({"edge", "delivery", "control"} if role == "metrics" else {role}), name
        for spec in pods(values, each["spec"]["selector"]):
            if "metrics" in name and "livenessProbe" not in spec["containers"][0]:
                continue
            ports = {port["name"] for port in spec["containers"][0]["ports"]}
            assert {port["targetPort"] for port in each["spec"]["ports"]} <= ports, name


def test_budgets_policies_and_spreads_select_pods_that_are_there(values):
    for each in chart.of_kind(values, "PodDisruptionBudget"):
        assert len(components(values, each["spec"]["selector"]["matchLabels"])) == 1, each["metadata"]["name"]
    for each in chart.of_kind(values, "NetworkPolicy"):
        assert pods(values, each["spec"]["podSelector"]["matchLabels"]), each["metadata"]["name"]
        for rule in each["spec"].get("ingress", []) + each["spec"].get("egress", []):
            for peer in (rule.get("from") or []) + (rule.get("to") or []):
                if "podSelector" in peer:
                    assert pods(values, peer["podSelector"]["matchLabels"]), each["metadata"]["name"]
    for name, labels, spec in chart.pods(values):
        for spread in spec.get("topologySpreadConstraints", []):
            assert selects(spread["labelSelector"]["matchLabels"], labels), name


def test_scalers_scale_deployments_that_leave_their_number_open(values):
    deployments = {each["metadata"]["name"]: each for each in chart.of_kind(values, "Deployment")}
    scaled = {each["spec"]["scaleTargetRef"]["name"] for each in chart.of_kind(values, "HorizontalPodAutoscaler")}
    for name, each in deployments.items():
        assert ("replicas" not in each["spec"]) == (name in scaled), name
    assert scaled <= set(deployments)


def test_all_is_denied_that_is_not_allowed(values):
    policies = chart.of_kind(values, "NetworkPolicy")
    if not policies:
        assert values == "plain-values.yaml"
        return
    everything = [each for each in policies if each["metadata"]["name"].endswith("tmtp-hosting") or
                  each["metadata"]["name"] == "messages"]
    assert len(everything) == 1
    spec = everything[0]["spec"]
    assert sorted(spec["policyTypes"]) == ["Egress", "Ingress"] and "ingress" not in spec
    for _, labels, _ in chart.pods(values):
        assert selects(spec["podSelector"]["matchLabels"], labels)
    assert all("from" in rule for each in policies if not each["metadata"]["name"].endswith("-edge")
               for rule in each["spec"].get("ingress", []))


def allowed(values, direction, pod, port, other):
    """Whether policies let a pod speak to another (both by their labels), as far as this side is concerned."""
    concerned = [each["spec"] for each in chart.of_kind(values, "NetworkPolicy")
                 if selects(each["spec"]["podSelector"]["matchLabels"], pod) and direction in each["spec"]["policyTypes"]]
    word = {"Ingress": "from", "Egress": "to"}[direction]
    rules = [rule for spec in concerned for rule in spec.get(direction.lower(), [])]
    return not concerned or any(
        port in [each["port"] for each in rule["ports"]]
        and (word not in rule or any("podSelector" in peer and "namespaceSelector" not in peer
                                     and selects(peer["podSelector"]["matchLabels"], other) for peer in rule[word]))
        for rule in rules
    )


def rules_between_our_pods(values):
    """Rules that name pods: the direction, labels of a pod that the policy is for, the port, labels of a pod named."""
    every = [labels for _, labels, _ in chart.pods(values)]
    for each in chart.of_kind(values, "NetworkPolicy"):
        for direction, word in (("Ingress", "from"), ("Egress", "to")):
            for rule in each["spec"].get(direction.lower(), []):
                for peer in rule.get(word) or []:
                    if "podSelector" in peer and "namespaceSelector" not in peer:
                        for pod in every:
                            for other in every:
                                if (selects(each["spec"]["podSelector"]["matchLabels"], pod)
                                        and selects(peer["podSelector"]["matchLabels"], other)):
                                    yield from ((direction, pod, port["port"], other) for port in rule["ports"])


def test_what_one_pod_may_send_another_lets_in_and_the_reverse(values):
    ports = {labels["app.kubernetes.io/component"]: {port["containerPort"] for port in spec["containers"][0].get("ports", [])}
             for _, labels, spec in chart.pods(values)}
    found = list(rules_between_our_pods(values))
    assert found or values == "plain-values.yaml"
    for direction, pod, port, other in found:
        server, opposite = (pod, "Egress") if direction == "Ingress" else (other, "Ingress")
        ways = f"{direction} {pod['app.kubernetes.io/component']} {port} {other['app.kubernetes.io/component']}"
        assert port in ports[server["app.kubernetes.io/component"]], f"nobody listens: {ways}"
        assert allowed(values, opposite, other, port, pod), f"the other side does not: {ways}"


def test_the_load_test_gets_to_the_edges_and_nowhere_else():
    values = "full-values.yaml"
    pods = {labels["app.kubernetes.io/component"]: labels for _, labels, _ in chart.pods(values)}
    assert allowed(values, "Egress", pods["loadtest"], 7443, pods["edge"])
    assert allowed(values, "Ingress", pods["edge"], 7443, pods["loadtest"])
    assert not allowed(values, "Egress", pods["loadtest"], 7450, pods["delivery"])


@pytest.mark.parametrize("values", ["min-values.yaml", "full-values.yaml", "init-values.yaml"])
def test_the_pod_of_helm_test_gets_in_whoever_else_may_connect(values):
    pods = {labels["app.kubernetes.io/component"]: labels for _, labels, _ in chart.pods(values)}
    assert allowed(values, "Egress", pods["test"], 7443, pods["edge"])
    assert allowed(values, "Ingress", pods["edge"], 7443, pods["test"])
    assert not allowed(values, "Ingress", pods["delivery"], 7450, pods["test"])


def test_the_collector_of_traces_is_reached_by_those_who_have_some_to_tell():
    def reach(values):
        policies = chart.of_kind(values, "NetworkPolicy")
        ports = {each["metadata"]["name"].rpartition("-")[2]: [port["port"] for rule in each["spec"].get("egress", [])
                                                               for port in rule["ports"]] for each in policies}
        return {name for name, ports in ports.items() if 4317 in ports}

    assert reach("full-values.yaml") == {"edge", "delivery"}
    assert reach("min-values.yaml") == set()


def refers(node, kind):
    """Names of config maps or secrets in a pod's spec, except optional ones."""
    keys = {"ConfigMap": ("configMap", "configMapKeyRef", "configMapRef"), "Secret": ("secret", "secretKeyRef", "secretRef")}
    if isinstance(node, dict):
        for key, value in node.items():
            if key in keys[kind]:
                yield value.get("name") or value.get("secretName")
            else:
                yield from refers(value, kind)
    elif isinstance(node, list):
        for value in node:
            yield from refers(value, kind)


def given_names(node):
    """Every name that the values give: those exist before the chart does."""
    if isinstance(node, dict):
        return {name for value in node.values() for name in given_names(value)}
    if isinstance(node, list):
        return {name for value in node for name in given_names(value)}
    return {node} if isinstance(node, str) else set()


def existing(values):
    import yaml

    return given_names(yaml.safe_load((chart.CHART / "ci" / values).read_text()))


def test_config_maps_and_secrets_that_pods_use_are_there(values):
    made = {each["metadata"]["name"] for each in chart.of_kind(values, "ConfigMap")}
    certified = {each["spec"]["secretName"] for each in chart.of_kind(values, "Certificate")}
    for name, _, spec in chart.pods(values):
        assert set(refers(spec, "ConfigMap")) <= made | existing(values), name
        assert set(refers(spec, "Secret")) <= certified | existing(values), name


def before_all_else(values, kind):
    """What of this kind is made before an install or upgrade makes the rest."""
    for each in chart.of_kind(values, kind):
        if {"pre-install", "pre-upgrade"} & set(each["metadata"].get("annotations", {}).get("helm.sh/hook", "").split(",")):
            yield each


def test_what_runs_before_the_install_uses_only_what_exists(values):
    for each in before_all_else(values, "Job"):
        spec = each["spec"]["template"]["spec"]
        used = set(refers(spec, "ConfigMap")) | set(refers(spec, "Secret"))
        assert used <= existing(values), each["metadata"]["name"]
        assert spec["serviceAccountName"] in existing(values) | {"default"}
        assert not any("persistentVolumeClaim" in volume for volume in spec.get("volumes", []))


def test_what_runs_before_an_upgrade_is_let_out_by_policies_that_are_there_before_it(values):
    made, policies = list(before_all_else(values, "NetworkPolicy")), chart.of_kind(values, "NetworkPolicy")
    for job in before_all_else(values, "Job") if policies else []:
        labels, hook = job["spec"]["template"]["metadata"]["labels"], job["metadata"]["annotations"]
        concerned = [each for each in policies if selects(each["spec"]["podSelector"]["matchLabels"], labels)
                     and "app.kubernetes.io/component" in each["spec"]["podSelector"]["matchLabels"]]
        assert concerned and all(each in made for each in concerned), job["metadata"]["name"]
        for each in concerned:
            own = each["metadata"]["annotations"]
            assert own["helm.sh/hook"] == hook["helm.sh/hook"]
            assert int(own["helm.sh/hook-weight"]) < int(hook["helm.sh/hook-weight"])
        # That of the former release, which is for all, has DNS where it was.
        rules = [rule for each in concerned for rule in each["spec"]["egress"]]
        delivery = chart.one(values, "NetworkPolicy", "-delivery")["spec"]["egress"]
        everything = next(each for each in policies if "app.kubernetes.io/component" not in each["spec"]["podSelector"]["matchLabels"])
        assert everything["spec"]["egress"] + delivery[:1] == rules, "DNS and the database"


def test_the_database_is_brought_up_to_date_as_the_values_say(values):
    jobs = [each for each in chart.of_kind(values, "Job") if "migrate" in each["metadata"]["name"]]
    starters = {name for name, serves, container in chart.containers(values)
                if container.get("args") == ["migrate"] and name.startswith("Deployment")}
    mode = {"init-values.yaml": "init", "plain-values.yaml": "none"}.get(values, "hook")
    assert len(jobs) == (mode == "hook")
    assert len(starters) == (2 if mode == "init" else 0)


def test_a_backup_reads_the_database_and_bodies_and_keeps_what_it_wrote():
    for values, bodies in (("full-values.yaml", "s3"), ("init-values.yaml", "directory")):
        settings = chart.one(values, "ConfigMap", "-backup")["data"]["tmtpd.toml"]
        assert f'kind = "{bodies}"' in settings and "[bus]" not in settings
        spec = chart.one(values, "CronJob", "-backup")["spec"]["jobTemplate"]["spec"]["template"]["spec"]
        claims = {volume["name"]: volume["persistentVolumeClaim"] for volume in spec["volumes"] if "persistentVolumeClaim" in volume}
        assert set(claims) == {"backups"} | ({"bodies"} if bodies == "directory" else set())
        variables = {variable["name"] for variable in spec["containers"][0]["env"]}
        assert "TMTPD_STORE__URL" in variables and not any(name.startswith("TMTPD_BUS") for name in variables)
        assert ("TMTPD_BODIES__S3__SECRET_ACCESS_KEY" in variables) == (bodies == "s3")


def test_issuers_that_certificates_name_are_there(values):
    issuers = {each["metadata"]["name"] for each in chart.of_kind(values, "Issuer")}
    for each in chart.of_kind(values, "Certificate"):
        reference = each["spec"]["issuerRef"]
        assert reference["name"] in issuers | existing(values), each["metadata"]["name"]
    for each in chart.of_kind(values, "Issuer"):
        if "ca" in each["spec"]:
            secrets = {made["spec"]["secretName"] for made in chart.of_kind(values, "Certificate")}
            assert each["spec"]["ca"]["secretName"] in secrets


def test_an_authority_that_is_renewed_is_the_same_and_what_it_issues_gets_new_keys(values):
    for each in chart.of_kind(values, "Certificate"):
        policy = each["spec"]["privateKey"]["rotationPolicy"]
        assert policy == ("Never" if each["spec"].get("isCA") else "Always"), each["metadata"]["name"]


def test_the_name_that_edges_ask_for_is_in_deliverys_certificate():
    certificate = chart.one("min-values.yaml", "Certificate", "-delivery-internal")
    settings = chart.one("min-values.yaml", "ConfigMap", "-edge")["data"]["tmtpd.toml"]
    assert f'domain = "{certificate["spec"]["dnsNames"][0]}"' in settings


def test_routes_lead_to_controls_service_and_never_to_metrics():
    service = chart.one("full-values.yaml", "Service", "-control")
    ingress = chart.one("full-values.yaml", "Ingress", "-control")
    paths = [path for rule in ingress["spec"]["rules"] for path in rule["http"]["paths"]]
    assert {path["backend"]["service"]["name"] for path in paths} == {service["metadata"]["name"]}
    route = chart.one("full-values.yaml", "HTTPRoute", "-control")
    targets = {(to["name"], to["port"]) for rule in route["spec"]["rules"] for to in rule["backendRefs"]}
    assert targets == {(service["metadata"]["name"], service["spec"]["ports"][0]["port"])}
    assert {path["backend"]["service"]["port"]["name"] for path in paths} == {service["spec"]["ports"][0]["name"]} == {"api"}
    values = [match["path"]["value"] for rule in route["spec"]["rules"] for match in rule["matches"]]
    assert {path["path"] for path in paths} == set(values) == {"/"}


@pytest.mark.parametrize("monitor, service", [("tmtp-hosting", "-metrics"), ("-sites", "-control")])
def test_a_monitor_finds_its_service_and_prometheus_gets_in(monitor, service):
    spec = chart.one("full-values.yaml", "ServiceMonitor", monitor)["spec"]
    found = [each for each in chart.of_kind("full-values.yaml", "Service")
             if selects(spec["selector"]["matchLabels"], each["metadata"]["labels"])]
    assert [each["metadata"]["name"].endswith(service) for each in found] == [True]
    numbers = {port["name"]: port["port"] for port in found[0]["spec"]["ports"]}
    scraped = {numbers[end["port"]] for end in spec["endpoints"]}
    for role in components("full-values.yaml", found[0]["spec"]["selector"]):
        policy = chart.one("full-values.yaml", "NetworkPolicy", f"-{role}")["spec"]
        scrapers = [rule for rule in policy["ingress"]
                    if "monitoring" in str(rule.get("from")) and scraped & {port["port"] for port in rule["ports"]}]
        assert scrapers, role


def test_figures_of_sites_are_scraped_as_the_board_and_the_api_expect():
    ends = chart.one("full-values.yaml", "ServiceMonitor", "-sites")["spec"]["endpoints"]
    assert [end["path"] for end in ends] == ["/api/v1/orgs/1/metrics", "/api/v1/orgs/7/metrics"]
    for end in ends:
        assert end["authorization"]["credentials"] == {"name": "tmtp-sites-key", "key": "api-key"}
        labels = {each["targetLabel"]: each["replacement"] for each in end["relabelings"]}
        assert labels["job"] == "tmtp-sites" and f"/{labels['organization']}/" in end["path"]
    board = (chart.CHART / "files/dashboards/site.json").read_text()
    assert 'job=\\"tmtp-sites\\"' in board and 'job=\\"tmtp\\"' not in board


def test_alerts_lead_to_the_runbooks_where_they_are_read():
    groups = chart.one("full-values.yaml", "PrometheusRule", "tmtp-hosting")["spec"]["groups"]
    for rule in (rule for group in groups for rule in group["rules"]):
        assert rule["annotations"]["runbook_url"].startswith("https://runbooks.example/tmtp#tmtp"), rule["alert"]


def test_an_empty_list_of_who_may_scrape_is_nobody_and_not_everybody():
    for each in chart.of_kind("full-values.yaml", "NetworkPolicy", settings=("networkPolicy.metricsFrom=[]",)):
        for rule in each["spec"].get("ingress", []):
            assert rule["from"], each["metadata"]["name"]


def test_nobody_scrapes_control_where_nobody_asked_for_it():
    ports = {port["port"] for rule in chart.one("min-values.yaml", "NetworkPolicy", "-control")["spec"]["ingress"]
             for port in rule["ports"]}
    assert ports == {8080}


def test_clients_addresses_are_kept():
    assert chart.one("min-values.yaml", "Service", "-edge")["spec"]["externalTrafficPolicy"] == "Local"


def test_whoever_knows_one_database_knows_all():
    def urls(container):
        return {
            each["name"]: each["valueFrom"]["secretKeyRef"]
            for each in container.get("env", [])
            if each["name"].endswith("__URL") and each["name"].startswith(("TMTPD_STORE", "TMTPD_SHARDS"))
        }

    found = [urls(container) for _, _, container in chart.containers("plain-values.yaml")]
    found = [each for each in found if each]
    assert len(found) >= 2, "delivery and control"
    for each in found:
        assert each == {
            "TMTPD_STORE__URL": {"name": "tmtp-database", "key": "url"},
            "TMTPD_SHARDS__EAST__URL": {"name": "tmtp-east", "key": "url"},
            "TMTPD_SHARDS__FAR_EAST__URL": {"name": "tmtp-far-east", "key": "uri"},
        }
