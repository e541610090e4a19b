//! `tmtpd dev`: from nothing to a demo site, in one process, kept in one folder.

mod folder;
mod greeting;
mod site;

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use tmtp_control::{Registry, door::link_url};
use tmtp_platform::SystemClock;
use tmtp_platform::telemetry::LogOptions;
use tmtp_store::BodyOptions;

use crate::args::Dev;
use crate::roles::{self, Ports};
use crate::settings::Settings;
use crate::{certificate, print};

use folder::Folder;

/// Runs the demo until the end.
pub async fn run(args: &Dev, settings: Settings) -> anyhow::Result<()> {
    let folder = Folder::take(args.data.as_deref())?;
    certificate::keep(&folder.certificates(), "default", &site::hosts(&args.site_host))?;
    let settings = for_demo(settings, args, &folder);
    let ports = Ports::open(settings, ["--tmtp-addr", "--http-addr", "--api-addr"])?;
    let (store, bus) = ports.open_store().await?;
    let site = site::keep(&store, &bus, args).await?;
    let registry = Registry::new(&store, Arc::clone(&bus), Arc::new(SystemClock));
    let key = registry.demo_operator().await?;
    let link = link_url(&ports.public_url(), &registry.demo_link().await?);
    let addrs =
        greeting::Addrs { tmtp: ports.tmtp_addrs()?, api: ports.api_addrs()?, http: ports.http_addr()? };
    let greeting =
        greeting::text(&site, &addrs, &greeting::Entry { key: key.expose(), link: &link }, &folder);
    roles::serve(ports, store, bus, move || print::line(format_args!("{greeting}\nready"))).await
}

/// What the demo needs is fixed; the rest may be set as for any other role.
fn for_demo(mut settings: Settings, args: &Dev, folder: &Folder) -> Settings {
    if settings.log == LogOptions::default() {
        settings.log.filter = "warn".to_owned();
    }
    settings.store.url = format!("sqlite://{}", folder.database().display());
    settings.bodies = BodyOptions { directory: folder.bodies(), ..BodyOptions::default() };
    settings.bus = tmtp_bus::BusOptions::default();
    settings.edge.listen = vec![args.tmtp_addr];
    settings.edge.default_host = Some(args.site_host.to_ascii_lowercase());
    settings.edge.certificates = folder.certificates();
    settings.edge.loopback_exempt = true;
    settings.control.listen = vec![args.api_addr.unwrap_or_else(free_api_addr)];
    settings.control.tmtp_port = args.tmtp_addr.port();
    settings.http.listen = args.http_addr;
    settings
}

/// Where the API is when nobody says where: a second demo beside this one must not need to.
fn free_api_addr() -> SocketAddr {
    let usual = SocketAddr::from(([127, 0, 0, 1], 8088));
    match TcpListener::bind(usual) {
        Ok(_) => usual,
        Err(_) => SocketAddr::from(([127, 0, 0, 1], 0)),
    }
}
