//! Mails, by a real server that keeps them: what they say, and where their links lead to.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context, Result, ensure};
use mail_parser::MessageParser;
use reqwest::Method;
use serde_json::{Value, json};
use tmtp_control::{
    Options,
    mail::{Letter, MailOptions, Mailer},
};
use tmtp_platform::Clock as _;
use tmtp_store::admin::{OrgId, UserId};
use tmtp_testkit::{leash::Leash, ports};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use crate::{
    people::{PASSWORD, Person, cookie, knock, registry},
    stage::{OPERATOR, Stage, Tenant},
};

/// A mail server, and the folder that it keeps mails in.
struct Sink {
    port: u16,
    folder: tempfile::TempDir,
    _leash: Leash,
}

impl Sink {
    /// The first start installs it.
    async fn start() -> Result<Self> {
        let (port, folder) = (ports::free_port()?, tempfile::tempdir()?);
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/smtp.sh").to_owned();
        let log = tempfile::NamedTempFile::new()?;
        let box_ = folder.path().join("box").display().to_string();
        let mut leash = Leash::start(&[script, port.to_string(), box_], log.path(), None)?;
        while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            ensure!(leash.is_running(), "no mail server:\n{}", std::fs::read_to_string(log.path())?);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(Self { port, folder, _leash: leash })
    }

    fn options(&self, tls: &str) -> MailOptions {
        MailOptions {
            server: format!("smtp://127.0.0.1:{}?tls={tls}", self.port),
            from: "TMTP <no-reply@provider.example>".to_owned(),
            ..MailOptions::default()
        }
    }

    fn files(&self) -> Result<Vec<PathBuf>> {
        let Ok(new) = std::fs::read_dir(self.folder.path().join("box/new")) else { return Ok(Vec::new()) };
        Ok(new.map(|file| file.map(|file| file.path())).collect::<std::io::Result<_>>()?)
    }

    /// The next mail: to whom, about what, its text and its HTML. It is gone then.
    async fn next(&self) -> Result<Mail> {
        let file = loop {
            match self.files()?.pop() {
                Some(file) => break file,
                None => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        };
        let octets = std::fs::read(&file)?;
        std::fs::remove_file(&file)?;
        let mail = MessageParser::default().parse(&octets).context("a mail")?;
        let to = mail.to().and_then(|to| to.first()).and_then(|to| to.address()).context("a receiver")?;
        let text = mail.body_text(0).context("a text")?.replace("\r\n", "\n");
        Ok(Mail {
            to: to.to_owned(),
            subject: mail.subject().context("a subject")?.to_owned(),
            html: mail.body_html(0).context("HTML")?.into_owned(),
            is_automatic: mail.header_raw("Auto-Submitted").is_some_and(|it| it.trim() == "auto-generated"),
            text,
        })
    }
}

#[derive(Debug)]
struct Mail {
    to: String,
    subject: String,
    text: String,
    html: String,
    is_automatic: bool,
}

impl Mail {
    /// What its link carries; the HTML has the same one.
    fn token(&self, stage: &Stage) -> Result<String> {
        let begin = stage.url("/#/welcome/");
        let line = self.text.lines().find(|line| line.starts_with(&begin)).context("a link on a line")?;
        ensure!(self.html.contains(&format!("href=\"{line}\"")), "{}", self.html);
        Ok(line[begin.len()..].to_owned())
    }
}

#[tokio::test]
async fn an_invitation_goes_out_by_mail_and_its_link_leads_in() -> Result<()> {
    let sink = Sink::start().await?;
    let stage = Stage::with(Options { mail: sink.options("none"), ..Options::default() }).await?;
    let ours = stage.tenant("ours").await?;
    assert_eq!(sink.next().await?.to, "carol@ours.example");
    let body = json!({"email": "ann@ours.example", "name": "Änn <b>", "role": "owner"});
    let made = stage.post(OPERATOR, &ours.at("/users"), &body).await?.made()?;
    assert_eq!(made["mailed"], true);
    let mail = sink.next().await?;
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), ("ann@ours.example", "Your account for ours"));
    assert!(
        mail.text.starts_with("Hello Änn <b>,\n") && mail.html.contains("Hello Änn &lt;b&gt;,"),
        "{mail:?}"
    );
    assert!(mail.is_automatic);
    // Who has somebody invited does not follow the link in their place.
    assert_eq!(made["link"], Value::Null);
    let again = stage.post(OPERATOR, &ours.at(&format!("/users/{}/link", made["id"])), &Value::Null).await?;
    let again = again.good()?;
    assert_eq!((&again["mailed"], &again["link"]), (&json!(true), &Value::Null));
    let new = sink.next().await?;
    assert_eq!(new.to, "ann@ours.example");
    let replaced = json!({"token": mail.token(&stage)?});
    knock(&stage, "/sign-in/link/look", &replaced).await?.problem(410, "link-ended")?;
    let token = new.token(&stage)?;
    let me = knock(&stage, "/sign-in/link", &json!({"token": token, "password": PASSWORD})).await?.good()?;
    assert_eq!(me["email"], "ann@ours.example");
    Ok(())
}

#[tokio::test]
async fn who_forgot_a_password_gets_a_link_and_who_has_no_account_the_same_answer() -> Result<()> {
    let sink = Sink::start().await?;
    let stage = Stage::with(Options { mail: sink.options("opportunistic"), ..Options::default() }).await?;
    let ours = stage.tenant("ours").await?;
    sink.next().await?;
    let forgot = async |email: &str| knock(&stage, "/sign-in/forgotten", &json!({"email": email})).await;
    let unknown = forgot("nobody@ours.example").await?;
    let known = forgot("Carol@ours.example").await?;
    assert_eq!((unknown.status.as_u16(), &unknown.body), (202, &known.body));
    assert_eq!(known.status, 202);
    let mail = sink.next().await?;
    assert_eq!(
        (mail.to.as_str(), mail.subject.as_str()),
        ("carol@ours.example", "A first password for your account for ours")
    );
    let answer =
        knock(&stage, "/sign-in/link", &json!({"token": mail.token(&stage)?, "password": PASSWORD})).await?;
    cookie(&answer)?;
    assert_eq!(sink.files()?, Vec::<PathBuf>::new(), "nobody else got one");
    let logged = async || -> Result<_> {
        let log = stage.get(OPERATOR, &ours.at("/audit?action=user.link")).await?.good()?;
        Ok(log["items"].as_array().map(Vec::len))
    };
    // It would tell whether she has a password with another organization, which gets the link then.
    assert_eq!(logged().await?, Some(0));
    for _ in 0..2 {
        forgot("Carol@ours.example").await?;
        assert_eq!(sink.next().await?.subject, "A new password for your account for ours");
    }
    assert_eq!(logged().await?, Some(2));
    forgot("carol@ours.example").await?.problem(429, "too-soon")?;
    Ok(())
}

fn letter(to: &str) -> Letter {
    Letter {
        to: to.to_owned(),
        subject: "x".to_owned(),
        before: vec!["x".to_owned()],
        link: None,
        after: Vec::new(),
    }
}

/// A mail server that takes its time to ask everybody to come later whose address begins with `later`, and refuses those that
/// begin with `never`; tells whom it had a letter for.
async fn reluctant_server() -> Result<(MailOptions, mpsc::Receiver<String>)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let server = format!("smtp://{}?tls=none", listener.local_addr()?);
    let (heard, receiver) = mpsc::channel(10_000);
    tokio::spawn(async move {
        while let Ok((link, _)) = listener.accept().await {
            tokio::spawn(converse(link, heard.clone()));
        }
    });
    let from = "TMTP <no-reply@provider.example>".to_owned();
    Ok((MailOptions { server, from, ..MailOptions::default() }, receiver))
}

async fn converse(link: TcpStream, heard: mpsc::Sender<String>) -> Result<()> {
    let (reading, mut writing) = link.into_split();
    let mut lines = BufReader::new(reading).lines();
    writing.write_all(b"220 here\r\n").await?;
    let mut in_data = false;
    while let Some(line) = lines.next_line().await? {
        let word = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let answer = match word.as_str() {
            _ if in_data && line != "." => continue,
            "RCPT" => {
                _ = heard.send(line.clone()).await;
                if line.contains("<never") {
                    "550 no such mailbox"
                } else if line.contains("<later") {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    "451 come later"
                } else {
                    "250 ok"
                }
            }
            "DATA" => "354 go on",
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
        in_data = word == "DATA";
        writing.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}

#[tokio::test]
async fn an_organization_whose_mails_are_put_off_holds_no_other_up() -> Result<()> {
    let (options, mut heard) = reluctant_server().await?;
    let (mailer, outbox) = Mailer::new(&options).map_err(anyhow::Error::msg)?;
    let stop = CancellationToken::new();
    let sending = tokio::spawn(outbox.run(stop.clone()));
    let mut taken = 0;
    while mailer.send(OrgId(7), letter(&format!("later{taken}@ours.example"))) {
        taken += 1;
    }
    assert_eq!(taken, 250, "an organization's share");
    for n in 0..20 {
        ensure!(mailer.send(OrgId(8), letter(&format!("now{n}@theirs.example"))));
    }
    // All of theirs go out while most of ours have not even been tried once, let alone again.
    let (mut ours, mut theirs) = (0, 0);
    while theirs < 20 {
        let line = timeout(Duration::from_secs(20), heard.recv()).await?.context("the server")?;
        if line.contains("<now") { theirs += 1 } else { ours += 1 }
    }
    assert!(ours < 60, "{ours} of ours went first");
    stop.cancel();
    sending.await?;
    Ok(())
}

/// Whoever is invited gets in.
async fn taking_invitations(stage: &Stage, tenant: &Tenant) -> Result<()> {
    let body = json!({"settings": {"registration": "invitation"}});
    stage.send(OPERATOR, Method::PATCH, &tenant.in_site(""), &body).await?.good()?;
    Ok(())
}

/// The page that somebody sees who follows the link of an invitation: it keeps the code in a cookie.
async fn welcome(stage: &Stage, tenant: &Tenant, made: &Value) -> Result<String> {
    let code = made["code"].as_str().context("a code")?;
    let request = reqwest::Client::new().get(stage.url(&format!("/join/{}", tenant.site)));
    let cookie = format!("tmtp_invitation_{}={code}", tenant.site);
    Ok(request.header("cookie", cookie).send().await?.error_for_status()?.text().await?)
}

#[tokio::test]
async fn what_invitations_promise_is_what_the_service_does() -> Result<()> {
    let sink = Sink::start().await?;
    let stage = Stage::with(Options { mail: sink.options("none"), ..Options::default() }).await?;
    let ours = stage.tenant("ours").await?;
    sink.next().await?;
    taking_invitations(&stage, &ours).await?;
    let path = ours.in_site("/invitations");
    let made = stage.post(ours.key("admin"), &path, &json!({"email": "ann@a.example"})).await?.made()?;
    let mail = sink.next().await?;
    let page = welcome(&stage, &ours, &made).await?;
    for text in [&mail.text, &page] {
        assert!(text.contains("until the devices of everybody it is for have it, not longer"), "{text}");
        // Whoever operates the service could look at what waits.
        for untrue in ["reads along", "nobody in between", "private"] {
            assert!(!text.contains(untrue), "{untrue}: {text}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn an_organization_has_so_many_invitations_mailed_a_day_and_few_to_one_address() -> Result<()> {
    let sink = Sink::start().await?;
    let options = Options { mail: sink.options("none"), letters_per_day_max: 8, ..Options::default() };
    let stage = Stage::with(options).await?;
    stage.clock.stop();
    let (ours, theirs) = (stage.tenant("ours").await?, stage.tenant("theirs").await?);
    for _ in 0..2 {
        sink.next().await?;
    }
    // Each organization's first letter went to the one whom it began with.
    let invitations = ours.in_site("/invitations");
    let invite = async |to: &str| stage.post(ours.key("admin"), &invitations, &json!({"email": to})).await;
    for to in ["ann@a.example", "Ann@A.example", "ann@a.example", "ann@a.example", "ann@a.example"] {
        invite(to).await?.made()?;
        sink.next().await?;
    }
    let said = invite("ANN@a.example").await?;
    let wait: i64 = said.headers["retry-after"].to_str()?.parse()?;
    let left = 86_400_000 - stage.clock.unix_ms() % 86_400_000;
    assert_eq!(wait, (left + 999) / 1_000, "until the day is over");
    assert!(said.problem(429, "letters")?.contains("ANN@a.example got 5"));
    // Rows of a file are told before, each for itself.
    let rows = ["bob@a.example", "ann@a.example", "carl@a.example", "dora@a.example"];
    let rows: Vec<_> =
        rows.into_iter().map(|to| json!({"email": to})).chain([json!({"name": "Erik"})]).collect();
    let (check, rows) = (ours.in_site("/invitations/check"), json!({"invitations": rows}));
    let looked = stage.post(ours.key("admin"), &check, &rows).await?.good()?;
    let kinds: Vec<_> =
        looked["items"].as_array().context("items")?.iter().map(|it| &it["problem"]["type"]).collect();
    let letters = json!("urn:tmtp:problem:letters");
    assert_eq!(kinds, [&Value::Null, &letters, &Value::Null, &letters, &Value::Null], "{looked}");
    for to in ["bob@a.example", "carl@a.example"] {
        invite(to).await?.made()?;
        sink.next().await?;
    }
    assert!(invite("dora@a.example").await?.problem(429, "letters")?.contains("had 8 invitations"));
    let list = stage.get(ours.key("admin"), &format!("{invitations}?q=dora")).await?.good()?;
    assert_eq!(list["items"], json!([]), "nothing was made");
    let person = json!({"email": "fred@a.example", "role": "support"});
    stage.post(ours.key("owner"), &ours.at("/users"), &person).await?.problem(429, "letters")?;
    // Who hands the link over needs no mail; passwords and other organizations go on.
    stage.post(ours.key("admin"), &invitations, &json!({"name": "Erik"})).await?.made()?;
    knock(&stage, "/sign-in/forgotten", &json!({"email": "carol@ours.example"})).await?;
    assert_eq!(sink.next().await?.to, "carol@ours.example");
    let other = theirs.in_site("/invitations");
    stage.post(theirs.key("admin"), &other, &json!({"email": "ann@a.example"})).await?.made()?;
    sink.next().await?;
    stage.clock.put_forward(left);
    invite("ann@a.example").await?.made()?;
    Ok(())
}

/// What became of a mail, when it does not wait any more.
async fn ended(stage: &Stage, path: &str) -> Result<Value> {
    loop {
        let mail = stage.get(OPERATOR, path).await?.good()?["mail"].clone();
        if mail["state"] != "waiting" {
            return Ok(mail);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn what_became_of_an_invitations_mail_is_shown_and_it_can_be_mailed_again() -> Result<()> {
    let (mail, _heard) = reluctant_server().await?;
    let stage = Stage::with(Options { mail, ..Options::default() }).await?;
    let ours = stage.tenant("ours").await?;
    taking_invitations(&stage, &ours).await?;
    let all = ours.in_site("/invitations");
    let invite = async |to: &str| stage.post(ours.key("admin"), &all, &json!({"email": to})).await?.made();
    let (never, good) = (invite("never@a.example").await?, invite("ann@a.example").await?);
    assert_eq!((&never["mailed"], &never["mail"]["state"].is_string()), (&json!(true), &true), "{never}");
    let one = |made: &Value| format!("{all}/{}", made["id"]);
    let failed = ended(&stage, &one(&never)).await?;
    assert_eq!(failed["state"], "failed");
    assert!(failed["why"].as_str().is_some_and(|why| why.contains("no such mailbox")), "{failed}");
    let handed = ended(&stage, &one(&good)).await?;
    assert_eq!((&handed["state"], &handed["why"]), (&json!("handed-over"), &Value::Null));
    let list = stage.get(ours.key("auditor"), &all).await?.good()?;
    let states: Vec<_> =
        list["items"].as_array().context("items")?.iter().map(|it| &it["mail"]["state"]).collect();
    assert_eq!(states, [&Value::Null, &json!("failed"), &json!("handed-over")], "the first one had no mail");
    // Again, with another code for the same invitation.
    let again = format!("{}/mail", one(&never));
    stage.post(ours.key("support"), &again, &Value::Null).await?.problem(403, "forbidden")?;
    let made = stage.post(ours.key("admin"), &again, &Value::Null).await?.good()?;
    assert_eq!((&made["id"], &made["mailed"]), (&never["id"], &json!(true)));
    assert_ne!(made["code"], never["code"]);
    assert!(
        !welcome(&stage, &ours, &never).await?.contains("choose <em>Invitation"),
        "the code before has ended"
    );
    assert!(welcome(&stage, &ours, &made).await?.contains("choose <em>Invitation"));
    let log = stage.get(OPERATOR, &ours.at("/audit?action=invitation.mail")).await?.good()?;
    assert_eq!(log["items"][0]["target"], never["id"].to_string());
    // What has ended, or has no address, is not mailed; nor what waits.
    let link = stage.post(ours.key("admin"), &all, &json!({"name": "Erik"})).await?.made()?;
    let later = invite("later@a.example").await?;
    for refused in [&link, &later] {
        let path = format!("{}/mail", one(refused));
        stage.post(ours.key("admin"), &path, &Value::Null).await?.problem(409, "state")?;
    }
    let _: Value = ended(&stage, &one(&never)).await?;
    stage.send(ours.key("admin"), Method::DELETE, &one(&never), &Value::Null).await?;
    stage.post(ours.key("admin"), &again, &Value::Null).await?.problem(409, "state")?;
    // A letter that waits for longer than any try takes was lost.
    stage.clock.put_forward(2 * 3_600_000);
    let lost = ended(&stage, &one(&later)).await?;
    assert!(lost["state"] == "failed" && lost["why"].is_string(), "{lost}");
    stage.post(ours.key("admin"), &format!("{}/mail", one(&later)), &Value::Null).await?.good()?;
    Ok(())
}

#[tokio::test]
async fn what_became_of_a_persons_mail_is_shown() -> Result<()> {
    let (mail, _heard) = reluctant_server().await?;
    let stage = Stage::with(Options { mail, ..Options::default() }).await?;
    let body = json!({"email": "never@provider.example", "role": "auditor"});
    let made = stage.post(OPERATOR, "/provider/users", &body).await?.made()?;
    let path = format!("/provider/users/{}", made["id"]);
    assert_eq!(ended(&stage, &path).await?["state"], "failed");
    let list = stage.get(OPERATOR, "/provider/users?q=never").await?.good()?;
    assert_eq!(list["items"][0]["mail"]["state"], "failed");
    let again = stage.post(OPERATOR, &format!("{path}/link"), &Value::Null).await?.good()?;
    assert_eq!(again["mailed"], true);
    Ok(())
}

#[tokio::test]
async fn what_somebody_asked_for_at_the_door_leaves_an_administrators_link_good() -> Result<()> {
    let sink = Sink::start().await?;
    let stage = Stage::with(Options { mail: sink.options("none"), ..Options::default() }).await?;
    let ours = stage.tenant("ours").await?;
    let carol = sink.next().await?.token(&stage)?;
    knock(&stage, "/sign-in/link", &json!({"token": carol, "password": PASSWORD})).await?.good()?;
    let path = ours.at(&format!("/users/{}/link", ours.user));
    let made = stage.post(OPERATOR, &path, &Value::Null).await?.good()?;
    let by_admin = sink.next().await?.token(&stage)?;
    ensure!(made["link"] == Value::Null && !by_admin.is_empty());
    knock(&stage, "/sign-in/forgotten", &json!({"email": "carol@ours.example"})).await?.good()?;
    let asked_for = sink.next().await?.token(&stage)?;
    for token in [&asked_for, &by_admin] {
        let looked = knock(&stage, "/sign-in/link/look", &json!({"token": token})).await?.good()?;
        assert_eq!(looked["purpose"], "reset");
    }
    let password = "another horse on the Moon";
    knock(&stage, "/sign-in/link", &json!({"token": by_admin, "password": password})).await?.good()?;
    // Whoever has chosen a password needs no other link.
    knock(&stage, "/sign-in/link/look", &json!({"token": asked_for})).await?.problem(410, "link-ended")?;
    Ok(())
}

#[tokio::test]
async fn whoever_lost_a_second_factor_to_somebody_else_is_told_once() -> Result<()> {
    let sink = Sink::start().await?;
    let stage = Stage::with(Options { mail: sink.options("none"), ..Options::default() }).await?;
    let ours = stage.tenant("ours").await?;
    sink.next().await?;
    let (org, carol) = (OrgId(ours.org), UserId(ours.user));
    let path = ours.at(&format!("/users/{}/totp", ours.user));
    let mut change = stage.store.admin().begin().await?;
    change.offer_totp(org, carol, b"a secret").await?;
    change.confirm_totp(org, carol, 1).await?;
    change.commit().await?;
    for _ in 0..2 {
        assert_eq!(stage.send(ours.key("owner"), Method::DELETE, &path, &Value::Null).await?.status, 204);
    }
    let mail = sink.next().await?;
    assert_eq!(
        (mail.to.as_str(), mail.subject.as_str()),
        ("carol@ours.example", "Your second factor was taken away")
    );
    assert!(mail.text.contains("took the second factor") && mail.text.contains("key "), "{}", mail.text);
    // What goes out after it is the next mail: there was no second one.
    stage.post(OPERATOR, &ours.at(&format!("/users/{}/link", ours.user)), &Value::Null).await?.good()?;
    assert_eq!(sink.next().await?.subject, "Your account for ours");
    Ok(())
}

#[tokio::test]
async fn a_mail_that_must_be_encrypted_is_not_sent_in_the_clear() -> Result<()> {
    let sink = Sink::start().await?;
    // Told to stop, each letter has one more try.
    let stop = CancellationToken::new();
    stop.cancel();
    for tls in ["required", "none"] {
        let (mailer, outbox) = Mailer::new(&sink.options(tls)).map_err(anyhow::Error::msg)?;
        ensure!(mailer.send(OrgId::PROVIDER, letter(&format!("{tls}@ours.example"))));
        outbox.run(stop.clone()).await;
    }
    assert_eq!(sink.next().await?.to, "none@ours.example");
    assert_eq!(sink.files()?, Vec::<PathBuf>::new());
    Ok(())
}

#[tokio::test]
async fn a_first_password_comes_by_mail_alone() -> Result<()> {
    let sink = Sink::start().await?;
    let stage = Stage::with(Options { mail: sink.options("none"), ..Options::default() }).await?;
    let link = registry(&stage).demo_link().await?;
    let cookie = cookie(&knock(&stage, "/sign-in/link", &json!({"token": link.expose()})).await?)?;
    let demo = Person { id: 0, email: "demo@localhost".to_owned(), cookie };
    let new = json!({"new": PASSWORD});
    let said = demo.ask(&stage, Method::PUT, "/me/password", &new).await?.problem(409, "state")?;
    assert!(said.contains("by mail"), "{said}");
    assert_eq!(knock(&stage, "/sign-in/forgotten", &json!({"email": demo.email})).await?.status, 202);
    let follow = json!({"token": sink.next().await?.token(&stage)?, "password": PASSWORD});
    knock(&stage, "/sign-in/link", &follow).await?.good()?;
    knock(&stage, "/sign-in", &json!({"email": demo.email, "password": PASSWORD})).await?.good()?;
    Ok(())
}

#[tokio::test]
async fn without_a_mail_server_a_link_is_shown_and_nothing_is_sent() -> Result<()> {
    let stage = Stage::new().await?;
    let body = json!({"email": "ann@provider.example", "role": "auditor"});
    let made = stage.post(OPERATOR, "/provider/users", &body).await?.made()?;
    assert!(made["mailed"] == false && made["link"].is_string(), "{made}");
    let path = format!("/provider/users/{}/link", made["id"]);
    assert_eq!(stage.post(OPERATOR, &path, &Value::Null).await?.good()?["mailed"], false);
    assert_eq!(
        knock(&stage, "/sign-in/forgotten", &json!({"email": "ann@provider.example"})).await?.status,
        202
    );
    Ok(())
}

#[tokio::test]
async fn a_mail_server_that_is_away_keeps_nobody_waiting() -> Result<()> {
    let server = format!("smtp://127.0.0.1:{}?tls=none", ports::free_port()?);
    let from = "TMTP <no-reply@provider.example>".to_owned();
    let mail = MailOptions { server, from, ..MailOptions::default() };
    let stage = Stage::with(Options { mail, ..Options::default() }).await?;
    let body = json!({"email": "ann@provider.example", "role": "auditor"});
    let made = stage.post(OPERATOR, "/provider/users", &body).await?.made()?;
    assert!(made["mailed"] == true && made["link"] == Value::Null, "{made}");
    Ok(())
}
