//! `tmtpd apply`: what is said, what is done, and that nothing is done twice.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tmtp_testkit::server::{OPERATOR_KEY, Server};

use crate::admin;

/// `tmtpd apply` of this text; what it printed.
async fn apply(server: &Server, text: &str, words: &[&str]) -> Result<String> {
    apply_as(server, OPERATOR_KEY, text, words).await
}

async fn apply_as(server: &Server, key: &str, text: &str, words: &[&str]) -> Result<String> {
    // One of its own each time: sentences run side by side.
    let file = tempfile::NamedTempFile::new_in(server.folder())?;
    std::fs::write(&file, text)?;
    let (path, url) = (file.path().display().to_string(), format!("http://{}", server.api));
    server.command(&[&["apply", &path, "--server", &url, "--key", key], words].concat()).await
}

pub(crate) async fn a_file_is_shown_then_applied_and_then_there_is_nothing_to_do(
    server: &Server,
) -> Result<()> {
    let file = "[[org]]\nname = 'Applied'\nlimits = { message_octets_max = '1MiB' }\n\
                [[org.site]]\nname = 'One'\nhosts = ['one.test']\nsettings = { registration = 'open' }\n\
                [[org.site]]\nname = 'Two'\nhosts = ['two.test']\n";
    let shown = apply(server, file, &["--dry-run"]).await?;
    let org = "+ organization \"Applied\"\n    limits.message_octets_max: 1048576\n";
    ensure!(shown.contains(org) && shown.contains("+ site two.test"), "{shown}");
    ensure!(shown.ends_with("3 changes to make; nothing was done\n"), "{shown}");
    let found = admin(server, &["org", "list", "--search", "applied"]).await?;
    ensure!(found.as_array().is_some_and(Vec::is_empty), "{found}");

    let said = apply(server, file, &[]).await?;
    ensure!(said.ends_with("3 changes made\n"), "{said}");
    ensure!(apply(server, file, &[]).await? == "nothing to change\n");

    let less = file.replace("[[org.site]]\nname = 'Two'\nhosts = ['two.test']\n", "");
    let less = less.replace("'One'", "'Uno'").replace("registration = 'open'", "registration = 'closed'");
    let said = apply(server, &less, &[]).await?;
    ensure!(
        said.contains("name: One -> Uno") && said.contains("settings.registration: open -> closed"),
        "{said}"
    );
    ensure!(said.ends_with("1 change made\n"), "{said}");
    let said = apply(server, &less, &["--prune", "--dry-run"]).await?;
    ensure!(said.contains("- site") && said.contains(" two.test: suspend"), "{said}");
    apply(server, &less, &["--prune"]).await?;
    let org = admin(server, &["org", "list", "--search", "applied"]).await?[0]["id"].to_string();
    let sites = admin(server, &["site", "list", "--org", &org]).await?;
    ensure!(sites[0]["suspended"] == false && sites[1]["suspended"] == true, "{sites}");
    ensure!(apply(server, &less, &["--prune"]).await? == "nothing to change\n");
    Ok(())
}

pub(crate) async fn what_could_not_be_done_is_told_with_how_much_was(server: &Server) -> Result<()> {
    apply(server, "[[org]]\nname = 'First come'\n[[org.site]]\nname = 'F'\nhosts = ['first.test']\n", &[])
        .await?;
    let file = "[[org]]\nname = 'Late'\n[[org.site]]\nname = 'L'\nhosts = ['late.test']\n\
                [[org.site]]\nname = 'T'\nhosts = ['first.test']\n[[org.site]]\nname = 'N'\nhosts = ['never.test']\n";
    let error = apply(server, file, &[]).await.err().context("a host is another's")?.to_string();
    let told = "this could not be done, after 2 changes:\n+ site first.test";
    ensure!(error.contains(told) && error.contains("taken") && !error.contains("never.test"), "{error}");
    let error = apply(server, file, &[]).await.err().context("again")?.to_string();
    ensure!(error.contains("and nothing was:\n+ site first.test"), "{error}");
    Ok(())
}

pub(crate) async fn a_pruned_site_is_brought_back_where_the_file_says_so(server: &Server) -> Result<()> {
    let file = "[[org]]\nname = 'Pruned'\n[[org.site]]\nname = 'Pruned'\nhosts = ['pruned.test']\n";
    apply(server, file, &[]).await?;
    apply(server, "[[org]]\nname = 'Pruned'\nsite = []\n", &["--prune"]).await?;
    let org = org(server, "pruned").await?;
    let silent = "! site pruned.test is suspended; say suspended = false to resume it\n\
                  nothing to change; sites that are not in service: 1, see !\n";
    for words in [&[][..], &["--dry-run"], &["--prune"]] {
        let said = apply(server, file, words).await?;
        ensure!(said == silent, "{words:?}: {said}");
    }
    let away = format!("{file}suspended = true\n");
    ensure!(apply(server, &away, &[]).await? == "nothing to change\n");
    let back = format!("{file}suspended = false\n");
    let shown = apply(server, &back, &["--dry-run"]).await?;
    ensure!(shown.contains("~ site pruned.test\n    suspended: true -> false\n1 change to make"), "{shown}");
    ensure!(list(server, "site", &org).await?[0]["suspended"] == true, "only shown");
    apply(server, &back, &[]).await?;
    ensure!(list(server, "site", &org).await?[0]["suspended"] == false, "not back");
    for file in [file, &back] {
        ensure!(apply(server, file, &[]).await? == "nothing to change\n");
    }
    let said = apply(server, &away, &[]).await?;
    ensure!(said.contains("suspended: false -> true\n1 change made"), "{said}");
    ensure!(list(server, "site", &org).await?[0]["suspended"] == true, "not away");
    Ok(())
}

/// `tmtpd apply --json` of this text: an object a line.
async fn objects(server: &Server, text: &str, words: &[&str]) -> Result<Vec<Value>> {
    let said = apply(server, text, &[words, &["--json"]].concat()).await?;
    said.lines().map(|line| serde_json::from_str(line).with_context(|| line.to_owned())).collect()
}

pub(crate) async fn changes_are_objects_for_programs(server: &Server) -> Result<()> {
    let issuer = issuer(server, "Machine").await?;
    let file = format!(
        "[[org]]\nname = 'Program'\nlimits = {{ sites_max = 3 }}\n\
         [[org.provider]]\nlabel = 'Staff'\nissuer = '{issuer}'\nsettings = {{ client_id = 'tmtp' }}\n\
         [[org.site]]\nname = 'One'\nhosts = ['program.test']\nsettings = {{ providers = ['Staff'] }}\n"
    );
    let made = |dry: bool| {
        let new = |kind: &str, name: &str, becomes: Value| {
            json!({"act": "create", "kind": kind, "name": name, "id": null, "was": null, "becomes": becomes,
                "dry_run": dry})
        };
        let settings = json!({"client_id": "tmtp"});
        let site = json!({"name": "One", "hosts": ["program.test"], "settings": {"providers": ["Staff"]}});
        vec![
            new("organization", "Program", json!({"limits": {"sites_max": 3}})),
            new("provider", "Staff", json!({"issuer": issuer, "settings": settings})),
            new("site", "program.test", site),
        ]
    };
    let shown = objects(server, &file, &["--dry-run"]).await?;
    ensure!(shown == made(true), "{shown:?}");
    let done = objects(server, &file, &[]).await?;
    ensure!(done == made(false), "{done:?}");
    ensure!(objects(server, &file, &[]).await?.is_empty());

    let org = org(server, "program").await?;
    let (site, provider) = (list(server, "site", &org).await?, list(server, "provider", &org).await?);
    let (site, provider) = (&site[0]["id"], &provider[0]["id"]);
    let renamed = objects(server, &file.replace("'One'", "'Uno'"), &[]).await?;
    let change = json!({"act": "change", "kind": "site", "name": "program.test", "id": site,
        "was": {"name": "One"}, "becomes": {"name": "Uno"}, "dry_run": false});
    ensure!(renamed == [change], "{renamed:?}");

    let none = "[[org]]\nname = 'Program'\nsite = []\nprovider = []\n";
    let pruned = objects(server, none, &["--prune"]).await?;
    let gone = [
        json!({"act": "suspend", "kind": "site", "name": "program.test", "id": site,
            "was": {"suspended": false}, "becomes": {"suspended": true}, "dry_run": false}),
        json!({"act": "remove", "kind": "provider", "name": "Staff", "id": provider,
            "was": {}, "becomes": {}, "dry_run": false}),
    ];
    ensure!(pruned == gone, "{pruned:?}");
    let one = "[[org]]\nname = 'Program'\n[[org.site]]\nname = 'Uno'\nhosts = ['program.test']\n";
    let left = objects(server, one, &[]).await?;
    let why = "is suspended; say suspended = false to resume it";
    let none = json!({"act": "none", "kind": "site", "name": "program.test", "id": site, "why": why,
        "dry_run": false});
    ensure!(left == [none], "{left:?}");
    Ok(())
}

pub(crate) async fn a_site_made_suspended_is_shown_so(server: &Server) -> Result<()> {
    let file = "[[org]]\nname = 'Asleep'\n\
                [[org.site]]\nname = 'Asleep'\nhosts = ['asleep.test']\nsuspended = true\n";
    let shown = apply(server, file, &["--dry-run"]).await?;
    ensure!(
        shown.contains("+ site asleep.test\n    hosts: asleep.test\n    name: Asleep\n    suspended: true\n2 changes to make"),
        "{shown}"
    );
    ensure!(apply(server, file, &[]).await?.ends_with("2 changes made\n"));
    ensure!(list(server, "site", &org(server, "asleep").await?).await?[0]["suspended"] == true);
    ensure!(apply(server, file, &[]).await? == "nothing to change\n");
    Ok(())
}

pub(crate) async fn of_a_closed_site_is_said_when_it_is_erased_and_how_to_reopen_it(
    server: &Server,
) -> Result<()> {
    let file = "[[org]]\nname = 'Leaving'\n[[org.site]]\nname = 'Leaving'\nhosts = ['leaving.test']\n";
    apply(server, file, &[]).await?;
    let org = org(server, "leaving").await?;
    let at = ["--org", &org, "--site", "leaving.test"];
    let closed = admin(server, &[&["site", "close"][..], &at].concat()).await?;
    let (id, when) = (&closed["id"], closed["closing_at"].as_str().context("when")?);
    for (suspended, words) in [("", &[][..]), ("", &["--dry-run"]), ("suspended = false\n", &[])] {
        let said = apply(server, &format!("{file}{suspended}"), words).await?;
        ensure!(said.starts_with("! site leaving.test is closed") && said.contains(when), "{said}");
        ensure!(said.contains(&format!("`tmtpd admin site reopen --org {org} --site {id}`")), "{said}");
        ensure!(said.contains("\nnothing to change; "), "{said}");
    }
    Ok(())
}

/// An organization with a site whose sign-in is the provider of others; its issuer.
async fn issuer(server: &Server, name: &str) -> Result<String> {
    let org = admin(server, &["org", "create", "--name", name]).await?["id"].to_string();
    let host = format!("{}.test", name.to_ascii_lowercase());
    let create =
        ["site", "create", "--org", &org, "--name", name, "--host", &host, "registration=invitation"];
    Ok(format!("http://{}/oidc/{}", server.api, admin(server, &create).await?["id"]))
}

/// The id of the organization with this name.
async fn org(server: &Server, name: &str) -> Result<String> {
    Ok(admin(server, &["org", "list", "--search", name]).await?[0]["id"].to_string())
}

/// What there is of an organization, by this command.
async fn list(server: &Server, what: &str, org: &str) -> Result<Vec<Value>> {
    let listed = admin(server, &[what, "list", "--org", org]).await?;
    listed.as_array().cloned().context("a list")
}

pub(crate) async fn providers_are_made_changed_named_at_sites_and_removed(server: &Server) -> Result<()> {
    let (staff, partners) = (issuer(server, "Staffroom").await?, issuer(server, "Partnership").await?);
    let file = format!(
        "[[org]]\nname = 'Vouched'\n\
         [[org.provider]]\nlabel = 'Staff'\nissuer = '{staff}'\n\
         settings = {{ client_id = 'tmtp', email_domains = ['acme.example', 'acme.test'] }}\n\
         [[org.provider]]\nlabel = 'Partners, all'\nissuer = '{partners}'\nsettings = {{ client_id = 'tmtp' }}\n\
         [[org.site]]\nname = 'Vouched'\nhosts = ['vouched.test']\n\
         settings = {{ registration = 'provider', providers = ['Staff', 'Partners, all'] }}\n"
    );
    let shown = apply(server, &file, &["--dry-run"]).await?;
    ensure!(shown.contains("+ provider \"Staff\"") && shown.contains("settings.client_id: tmtp"), "{shown}");
    ensure!(shown.contains("settings.providers: Partners, all, Staff"), "{shown}");
    ensure!(shown.ends_with("4 changes to make; nothing was done\n"), "{shown}");
    let said = apply(server, &file, &[]).await?;
    ensure!(said.ends_with("4 changes made\n"), "{said}");
    ensure!(apply(server, &file, &["--prune"]).await? == "nothing to change\n");
    let org = org(server, "vouched").await?;
    let made = list(server, "provider", &org).await?;
    ensure!(made[0]["settings"]["token_url"] == format!("{staff}/token"), "{made:?}");
    let named = format!("{},{}", made[1]["id"], made[0]["id"]);
    let sites = list(server, "site", &org).await?;
    ensure!(sites[0]["settings"]["providers"] == named.as_str(), "{sites:?}");

    // In another order it is the same; another issuer is found anew, and a rule of its own is a change.
    let same = file.replace("['Staff', 'Partners, all']", "['Partners, all', 'Staff']");
    ensure!(apply(server, &same, &[]).await? == "nothing to change\n");
    let moved = file
        .replace(
            &format!("issuer = '{partners}'\nsettings = {{ client_id = 'tmtp' }}"),
            &format!(
                "issuer = '{staff}'\nsettings = {{ client_id = 'tmtp', login_url = '{partners}/authorize' }}"
            ),
        )
        .replace("['acme.example', 'acme.test']", "[]");
    let said = apply(server, &moved, &[]).await?;
    ensure!(said.contains(&format!("issuer: {partners} -> {staff}")), "{said}");
    ensure!(said.contains("settings.email_domains: acme.example, acme.test -> []"), "{said}");
    ensure!(said.ends_with("2 changes made\n"), "{said}");
    ensure!(apply(server, &moved, &[]).await? == "nothing to change\n");
    let now = list(server, "provider", &org).await?;
    let settings = &now[1]["settings"];
    ensure!(settings["login_url"] == format!("{partners}/authorize"), "{now:?}");
    ensure!(settings["token_url"] == format!("{staff}/token") && now[0]["id"] == made[0]["id"], "{now:?}");

    // Without one: it stays, then it is removed, and the site names it no more.
    let at = moved.find("[[org.provider]]\nlabel = 'Partners").context("it")?;
    let less = format!("{}{}", &moved[..at], &moved[moved.find("[[org.site]]").context("it")?..])
        .replace("['Staff', 'Partners, all']", "['Staff']");
    let said = apply(server, &less, &[]).await?;
    ensure!(said.contains("settings.providers: Partners, all, Staff -> Staff"), "{said}");
    ensure!(list(server, "provider", &org).await?.len() == 2);
    let said = apply(server, &less, &["--prune", "--dry-run"]).await?;
    ensure!(said.contains("\"Partners, all\": remove"), "{said}");
    ensure!(list(server, "provider", &org).await?.len() == 2);
    apply(server, &less, &["--prune"]).await?;
    ensure!(list(server, "provider", &org).await?.len() == 1);
    ensure!(apply(server, &less, &["--prune"]).await? == "nothing to change\n");
    Ok(())
}

pub(crate) async fn what_a_file_says_nothing_about_is_not_pruned(server: &Server) -> Result<()> {
    let issuer = issuer(server, "Vouching").await?;
    let org = admin(server, &["org", "create", "--name", "Unsaid"]).await?["id"].to_string();
    admin(server, &["site", "create", "--org", &org, "--name", "Unsaid", "--host", "unsaid.test"]).await?;
    let add = ["provider", "create", "--org", &org, "--label", "Hand", "--issuer", &issuer, "client_id=tmtp"];
    admin(server, &add).await?;
    let nothing = "[[org]]\nname = 'Unsaid'\n";
    ensure!(apply(server, nothing, &["--prune"]).await? == "nothing to change\n");
    let said = apply(server, &format!("{nothing}site = []\n"), &["--prune"]).await?;
    ensure!(said.contains("suspend") && said.ends_with("1 change made\n"), "{said}");
    ensure!(list(server, "provider", &org).await?.len() == 1);
    let said = apply(server, &format!("{nothing}provider = []\n"), &["--prune"]).await?;
    ensure!(said.contains("remove") && said.ends_with("1 change made\n"), "{said}");
    ensure!(list(server, "provider", &org).await?.is_empty());
    Ok(())
}

pub(crate) async fn a_site_that_names_an_unknown_provider_is_refused_before_anything_is_done(
    server: &Server,
) -> Result<()> {
    let issuer = issuer(server, "Known").await?;
    let file = format!(
        "[[org]]\nname = 'Unknowing'\n\
         [[org.provider]]\nlabel = 'Known'\nissuer = '{issuer}'\nsettings = {{ client_id = 'tmtp' }}\n\
         [[org.site]]\nname = 'One'\nhosts = ['unknowing.test']\nsettings = {{ providers = ['Unknown'] }}\n"
    );
    let refused = |said: Result<String>| said.unwrap_or_else(|error| format!("{error:#}"));
    let said = refused(apply(server, &file, &[]).await);
    ensure!(said.contains("called \"Unknown\"") && said.contains("[[org.provider]]"), "{said}");
    ensure!(said.contains("\"Known\"") && said.contains("the site \"One\""), "{said}");
    let found = admin(server, &["org", "list", "--search", "unknowing"]).await?;
    ensure!(found.as_array().is_some_and(Vec::is_empty), "{found}");
    // One that this run removes is none to name.
    let file = file.replace("'Unknown'", "'Known'");
    apply(server, &file, &[]).await?;
    let less = format!(
        "[[org]]\nname = 'Unknowing'\nprovider = []\n{}",
        &file[file.find("[[org.site]]").context("it")?..]
    );
    ensure!(apply(server, &less, &[]).await? == "nothing to change\n");
    let said = refused(apply(server, &less, &["--prune"]).await);
    ensure!(said.contains("called \"Known\""), "{said}");
    Ok(())
}

pub(crate) async fn a_provider_that_a_site_still_names_is_not_pruned(server: &Server) -> Result<()> {
    let issuer = issuer(server, "Stillthere").await?;
    let head = "[[org]]\nname = 'Still named'\n";
    let provider = format!(
        "[[org.provider]]\nlabel = 'Known'\nissuer = '{issuer}'\nsettings = {{ client_id = 'tmtp' }}\n"
    );
    let site = "[[org.site]]\nname = 'One'\nhosts = ['stillnamed.test']\n";
    let named = format!("{site}settings = {{ registration = 'provider', providers = ['Known'] }}\n");
    apply(server, &format!("{head}{provider}{named}"), &[]).await?;
    let refused = |said: Result<String>| said.unwrap_or_else(|error| format!("{error:#}"));
    // Neither the site's providers nor the site are in these files.
    for left in [site, ""] {
        let less = format!("{head}provider = []\n{left}");
        for words in [&["--prune", "--dry-run"][..], &["--prune"]] {
            let said = refused(apply(server, &less, words).await);
            ensure!(said.contains("the site stillnamed.test names it"), "{said}");
        }
    }
    ensure!(list(server, "provider", &org(server, "still named").await?).await?.len() == 1);
    let freed =
        format!("{head}provider = []\n{site}settings = {{ registration = 'closed', providers = [] }}\n");
    let said = apply(server, &freed, &["--prune"]).await?;
    ensure!(said.ends_with("2 changes made\n"), "{said}");
    Ok(())
}

pub(crate) async fn a_site_that_the_provider_suspended_is_shown_to_its_organization_as_such(
    server: &Server,
) -> Result<()> {
    let file = "[[org]]\nname = 'Held'\n[[org.site]]\nname = 'Held'\nhosts = ['held.test']\n";
    apply(server, file, &[]).await?;
    let org = org(server, "held").await?;
    admin(server, &["site", "suspend", "--org", &org, "--site", "held.test"]).await?;
    let key = admin(server, &["key", "create", "--org", &org, "--name", "file", "--role", "owner"]).await?;
    let key = key["key"].as_str().context("a key")?;
    for said in ["", "suspended = false\n"] {
        let file = format!("{file}{said}");
        for words in [&["--dry-run"][..], &[]] {
            let said = apply_as(server, key, &file, words).await?;
            ensure!(said.starts_with("! site held.test was suspended by the provider"), "{said}");
        }
    }
    let said = apply(server, &format!("{file}suspended = false\n"), &[]).await?;
    ensure!(said.ends_with("1 change made\n"), "{said}");
    Ok(())
}
