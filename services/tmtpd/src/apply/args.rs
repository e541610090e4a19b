//! The command line of `tmtpd apply`.

use std::path::PathBuf;

use clap::Args;

use crate::admin::args::Server;

const HELP: &str = "\
Example of a file:

  [[org]]
  name = \"Acme\"
  limits = { sites_max = 3, message_octets_max = \"100MiB\" }

  [[org.provider]]
  label = \"Acme staff\"
  issuer = \"https://login.acme.example\"
  settings = { client_id = \"tmtp\", scopes = \"openid email\", email_domains = [\"acme.example\"] }

  [[org.site]]
  name = \"Acme\"
  hosts = [\"tmtp.acme.example\"]
  settings = { registration = \"provider\", providers = [\"Acme staff\"] }

An organization is known by its name, a sign-in provider by its label, a site by its hosts. What the file does not mention
of one stays as it is; a limit or setting that was taken out of the file stays, too. A site names providers by their labels;
providers = [] is all of them. `tmtpd admin provider --help` tells a provider's settings. Running it twice does nothing the
second time.

  tmtpd apply sites.toml --dry-run     show what would be done
  tmtpd apply sites.toml               do it
  tmtpd apply sites.toml --prune       suspend also sites, and remove sign-in providers, that are not in it

A site with suspended = true is suspended, one with suspended = false is resumed. Without a word a site that is suspended,
also by --prune, stays so and is shown with !. So is one that is closed: when it is erased, and how to open it again.

--prune looks at organizations in the file, and of each at what is listed there: where no site is, sites stay, and where no
provider is, providers stay. site = [] and provider = [], right below the organization's name, say that there are to be
none. A removed provider vouches for nobody any more; members who came through it stay.

Each change is said once it is made. What fails ends the run: it is told with the error, and how many were made before.

--dry-run compares and changes nothing. It does not know whether a host name is free, since another organization may have it,
nor whether the key may make the changes.

With --json each change is an object on a line of its own, once it is made, and nothing else is printed:

  act      create, change, suspend or remove (the last two by --prune); none for what is shown with !, told in why
  kind     organization, provider or site
  name     what it is known by: of a site, one of its hosts
  id       its id, or null where it is made
  was      what is there of that which changes, or null where it is made
  becomes  what is to be, under the names that the file has
  dry_run  true when it is only shown";

/// What to apply.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub struct Apply {
    /// The file, as TOML.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Show what would be done, and do nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Suspend sites, and remove sign-in providers, of the file's organizations that are not in the file.
    #[arg(long)]
    pub prune: bool,
    /// Print JSON, an object a line.
    #[arg(long)]
    pub json: bool,
    /// Where, and as whom.
    #[command(flatten)]
    pub server: Server,
}
