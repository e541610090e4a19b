//! A backup is taken while members post, everything dies, and the backup is brought back elsewhere: into another database
//! and another body store. The members' clients never stop; they find the service again and go on.

use std::{
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use serde_json::json;
use tmtp_testkit::{
    ask,
    client::{Account, Client},
    load::{Load, Plan},
    postgres::Postgres,
    server::{Layout, Server, Shape, SitePlan},
};

/// How long the load may take to get on.
const RECOVERY: Duration = Duration::from_secs(60);
/// Requests acked before the backup, after it, and when all is back.
const STEADY: usize = 250;
/// Too large for a message's row.
const LARGE: usize = 300_000;

async fn start(shape: Shape) -> Result<Server> {
    let site = SitePlan { name: "Site", hosts: &["site.test"], settings: &[] };
    // When all come back at one moment, the witnesses among them are to be let in at their first try.
    let patience = ("login_seconds", "60".into());
    let edge = vec![("loopback_exempt", "true".into()), ("redeliver_seconds", "10".into()), patience];
    Server::start(
        shape,
        Path::new(env!("CARGO_BIN_EXE_tmtpd")),
        &Layout { sites: vec![site], edge, ..Layout::default() },
    )
    .await
}

/// Members of whom it is known to the letter what they sent, got and acked, and when.
struct Witnesses {
    alice: Client,
    /// Away all the time.
    bob: Account,
    /// Acked everything before the backup.
    carol: Account,
    /// Acked everything after the backup.
    dave: Account,
    letters: Vec<(String, Vec<u8>)>,
}

impl Witnesses {
    async fn before_the_backup(server: &Server) -> Result<Self> {
        let mut alice = server.member("Alice").await?;
        let (bob, mut carol, dave) =
            (server.member("Bob").await?, server.member("Carol").await?, server.member("Dave").await?);
        let (bob, dave) = (bob.quit().await?, dave.quit().await?);
        let mut letters = Vec::new();
        for (round, octets) in [10, LARGE, 2_000, LARGE + 1].into_iter().enumerate() {
            let data = vec![round as u8; octets];
            let to = [bob.uid.as_str(), carol.me.uid.as_str(), dave.uid.as_str()];
            let id = alice.accepted(&ask::post(&to), &data).await?;
            carol.take("delivery").await?.expect(&json!({"id": id}))?;
            letters.push((id, data));
        }
        let carol = carol.quit().await?;
        Ok(Self { alice, bob, carol, dave, letters })
    }

    async fn after_the_backup(&mut self, server: &Server) -> Result<()> {
        let mut dave = server.login(&self.dave).await?;
        self.reads_all(&mut dave).await?;
        dave.quit().await?;
        self.alice.accepted(&ask::post(&[&self.bob.uid]), b"lost").await.map(drop)
    }

    /// The very messages, in their order, with their data.
    async fn reads_all(&self, client: &mut Client) -> Result<()> {
        for (id, data) in &self.letters {
            let delivery = client.take("delivery").await?;
            ensure!(delivery.id() == id && delivery.data == *data, "{} is not {id}", delivery.id());
        }
        client.take("login").await.map(drop)
    }

    async fn when_all_is_back(&mut self, server: &Server) -> Result<()> {
        for waiting in [&self.bob, &self.dave] {
            let mut client = server.login(waiting).await?;
            self.reads_all(&mut client).await.with_context(|| waiting.alias.clone())?;
            client.expect_nothing().await?;
        }
        server.enter(&self.carol).await?.expect_nothing().await.context("Carol acked everything before")?;
        let mut alice = server.login(&self.alice.me).await?;
        let last = self.letters.last().context("letters")?;
        let next = alice.accepted(&ask::post(&[&self.bob.uid]), b"anew").await?;
        ensure!(next > last.0, "ids go on growing");
        Ok(())
    }
}

/// Another place for the database and the bodies, kept until dropped.
struct Elsewhere {
    folder: tempfile::TempDir,
    _postgres: Option<Postgres>,
}

impl Elsewhere {
    /// Makes it, and has every process of the server look there when it starts.
    async fn of(server: &Server) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let (old_url, new_url, postgres) = match &server.backing {
            Some(backing) => {
                let new = tokio::task::spawn_blocking(|| -> Result<_> {
                    let postgres = Postgres::start()?;
                    postgres.create_database("elsewhere")?;
                    Ok(postgres)
                });
                let new = new.await??;
                (backing.postgres.url("tmtp"), new.url("elsewhere"), Some(new))
            }
            None => {
                let old = format!("sqlite://{}/tmtp.sqlite", server.folder().display());
                (old, format!("sqlite://{}/tmtp.sqlite", folder.path().display()), None)
            }
        };
        let bodies = |folder: &Path| format!("directory = \"{}/bodies\"", folder.display());
        for config in configs(server)? {
            let text = std::fs::read_to_string(&config)?;
            let moved =
                text.replace(&old_url, &new_url).replace(&bodies(server.folder()), &bodies(folder.path()));
            std::fs::write(config, moved)?;
        }
        Ok(Self { folder, _postgres: postgres })
    }
}

fn configs(server: &Server) -> Result<Vec<PathBuf>> {
    let files = std::fs::read_dir(server.folder())?.map(|entry| Ok(entry?.path()));
    let files: Vec<PathBuf> = files.collect::<Result<_>>()?;
    Ok(files.into_iter().filter(|path| path.extension().is_some_and(|e| e == "toml")).collect())
}

async fn comes_back(shape: Shape) -> Result<()> {
    let server = start(shape).await?;
    let mut witnesses = Box::pin(Witnesses::before_the_backup(&server)).await?;
    let mut load = Load::start(&server.addresses(), Plan { leave_groups: false, ..Plan::default() }).await?;
    load.progress(STEADY, RECOVERY).await?;

    let scratch = tempfile::tempdir()?;
    let backup = scratch.path().join("backup").display().to_string();
    load.mark();
    server.command(&["backup", "create", "--config", &server.config(), "--out", &backup]).await?;
    load.progress(STEADY, RECOVERY).await?;
    witnesses.after_the_backup(&server).await.context("after the backup")?;
    server.check_processes(&[])?;

    server.processes.iter().try_for_each(|process| process.kill())?;
    let elsewhere = Elsewhere::of(&server).await?;
    server.command(&["backup", "verify", &backup]).await?;
    server.command(&["backup", "restore", "--config", &server.config(), &backup]).await?;
    load.went_back();
    server.processes.iter().try_for_each(|process| process.start_again())?;
    server.wait_ready().await?;

    load.progress(STEADY, RECOVERY).await.context("when all is back")?;
    witnesses.when_all_is_back(&server).await.context("when all is back")?;
    let tally = load.finish().await?;
    writeln!(std::io::stderr(), "{tally:?}")?;
    ensure!(tally.acked >= 2 * STEADY && tally.settled > 0, "too little was sent: {tally:?}");
    server.check_processes(&[])?;
    drop(elsewhere.folder);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cluster_comes_back_from_a_backup_with_everything_acked_before_it() -> Result<()> {
    Box::pin(comes_back(Shape::Cluster)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_process_comes_back_from_a_backup_with_everything_acked_before_it() -> Result<()> {
    Box::pin(comes_back(Shape::Standalone)).await
}

/// A server with a message that waits, and whose data is in the body store; a backup of it.
struct Stage {
    server: Server,
    bob: Account,
    scratch: tempfile::TempDir,
}

impl Stage {
    async fn set() -> Result<Self> {
        let server = start(Shape::Standalone).await?;
        let mut alice = server.member("Alice").await?;
        let bob = server.member("Bob").await?.quit().await?;
        alice.accepted(&ask::post(&[&bob.uid]), &vec![7; LARGE]).await?;
        let stage = Self { server, bob, scratch: tempfile::tempdir()? };
        stage.run(&["create", "--out", &stage.backup()]).await?;
        Ok(stage)
    }

    fn backup(&self) -> String {
        self.scratch.path().join("backup").display().to_string()
    }

    async fn run(&self, words: &[&str]) -> Result<String> {
        let config = self.server.config();
        self.server.command(&[&["backup", words[0], "--config", &config], &words[1..]].concat()).await
    }

    async fn refusal(&self, words: &[&str]) -> Result<String> {
        let outcome = self.run(words).await;
        Ok(format!("{:#}", outcome.err().with_context(|| format!("{words:?} is not refused"))?))
    }

    /// The one large body in a folder of bodies.
    fn body(&self, bodies: &Path) -> Result<PathBuf> {
        let site = std::fs::read_dir(bodies)?.next().context("a site")??;
        Ok(std::fs::read_dir(site.path())?.next().context("a body")??.path())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_that_is_not_whole_or_has_no_empty_place_to_go_to_is_refused() -> Result<()> {
    let stage = Stage::set().await?;
    let backup = stage.backup();
    let said = stage.refusal(&["create", "--out", &backup]).await?;
    ensure!(said.contains("not empty"), "{said}");
    let said = stage.refusal(&["restore", &backup]).await?;
    ensure!(said.contains("is there already"), "{said}");
    let body = stage.body(&Path::new(&backup).join("bodies"))?;
    std::fs::write(&body, vec![8; LARGE])?;
    for verb in ["verify", "restore"] {
        let said = stage.refusal(&[verb, &backup]).await?;
        ensure!(said.contains("is not as it was written"), "{said}");
    }
    std::fs::remove_file(Path::new(&backup).join("manifest.json"))?;
    let said = stage.refusal(&["verify", &backup]).await?;
    ensure!(said.contains("no whole backup"), "{said}");
    stage.server.check_processes(&[])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_store_that_lost_a_body_is_told_and_its_message_goes_only_when_asked() -> Result<()> {
    let stage = Stage::set().await?;
    std::fs::remove_file(stage.body(&stage.server.folder().join("bodies"))?)?;
    let second = stage.scratch.path().join("second").display().to_string();
    let said = stage.refusal(&["create", "--out", &second]).await?;
    ensure!(said.contains("a message still names it"), "{said}");

    stage.server.front()?.kill()?;
    let said = stage.refusal(&["settle"]).await?;
    ensure!(said.contains("nothing was changed"), "{said}");
    stage.run(&["settle", "--forget-bodiless"]).await?;
    stage.server.front()?.start_again()?;
    stage.server.wait_ready().await?;
    let mut bob = stage.server.enter(&stage.bob).await?;
    bob.expect_nothing().await?;
    stage.server.check_processes(&[])
}
