//! Settings from a file and from the environment.
//!
//! A TOML file gives them in sections; a variable `PREFIX_SECTION__KEY` overrides one of them. What is not a
//! known setting is refused, so that a slip of the pen never goes unseen.

use std::path::{Path, PathBuf};

use config::builder::DefaultState;
use config::{Config, ConfigBuilder, ConfigError, File, FileFormat, Value, ValueKind};
use serde::de::DeserializeOwned;

/// Why settings could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read.
    #[error("cannot read the configuration file {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A value is of the wrong type, a key is unknown, or the file is not TOML. The text names the key.
    #[error("{place}: {text}")]
    Setting {
        /// The file, or the environment.
        place: String,
        /// What is wrong.
        text: String,
    },
    /// A variable that looks like a setting but names none.
    #[error(
        "the environment variable {name} sets nothing; did you mean {meant}? (two underscores after the section)"
    )]
    Variable {
        /// The variable.
        name: String,
        /// What was perhaps meant.
        meant: String,
    },
}

/// Where settings come from, and what must be known to read them from variables.
#[derive(Debug, Clone)]
pub struct Sources<'a> {
    /// A TOML file; without one, defaults and variables make the settings.
    pub file: Option<&'a Path>,
    /// What variables begin with, without the underscore: `TMTPD`.
    pub prefix: &'a str,
    /// Names of the sections.
    pub sections: &'a [&'a str],
    /// Keys (`section.key`) that hold lists: a variable gives their items with commas between.
    pub lists: &'a [&'a str],
}

/// Reads settings of the type `T`.
///
/// # Errors
/// When the file cannot be read, and when a setting is unknown or ill-formed.
pub fn load<T: DeserializeOwned>(
    sources: &Sources<'_>,
    variables: impl IntoIterator<Item = (String, String)>,
) -> Result<T, Error> {
    let mut builder = Config::builder();
    if let Some(path) = sources.file {
        let text =
            std::fs::read_to_string(path).map_err(|source| Error::File { path: path.to_owned(), source })?;
        builder = builder.add_source(File::from_str(&text, FileFormat::Toml));
    }
    let file_only = builder.clone();
    for (name, text) in variables {
        if let Some((key, value)) = sources.setting(&name, &text)? {
            builder = builder.set_override(key, value).map_err(|error| wrong(None, &error))?;
        }
    }
    read(builder).map_err(|error| {
        // What is as wrong without the variables is wrong in the file.
        let alone = read::<T>(file_only).err().map(|alone| alone.to_string());
        wrong(sources.file.filter(|_| alone == Some(error.to_string())), &error)
    })
}

fn read<T: DeserializeOwned>(builder: ConfigBuilder<DefaultState>) -> Result<T, ConfigError> {
    builder.build().and_then(Config::try_deserialize)
}

fn wrong(file: Option<&Path>, error: &ConfigError) -> Error {
    let place = file.map_or_else(|| "the environment".to_owned(), |path| path.display().to_string());
    Error::Setting { place, text: error.to_string().trim_end().to_owned() }
}

impl Sources<'_> {
    /// The key and value that a variable sets, if it sets one.
    fn setting(&self, name: &str, text: &str) -> Result<Option<(String, Value)>, Error> {
        let Some(rest) = name.strip_prefix(self.prefix).and_then(|rest| rest.strip_prefix('_')) else {
            return Ok(None);
        };
        if !rest.contains("__") {
            return self.refuse_near_miss(name, rest).map(|()| None);
        }
        let key = rest.to_lowercase().replace("__", ".");
        let value =
            if self.lists.contains(&key.as_str()) { list(text) } else { ValueKind::String(text.into()) };
        Ok(Some((key, Value::new(Some(&format!("the environment variable {name}")), value))))
    }

    /// One underscore where two belong is a mistake that would otherwise go unseen.
    fn refuse_near_miss(&self, name: &str, rest: &str) -> Result<(), Error> {
        let lower = rest.to_lowercase();
        let near = lower.split_once('_').filter(|(section, _)| self.sections.contains(section));
        match near {
            Some((section, key)) if !made_by_kubernetes(key) => {
                let meant = format!("{}_{}__{}", self.prefix, section.to_uppercase(), key.to_uppercase());
                Err(Error::Variable { name: name.to_owned(), meant })
            }
            _ => Ok(()),
        }
    }
}

fn list(text: &str) -> ValueKind {
    let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
    ValueKind::Array(items.map(Value::from).collect())
}

/// Kubernetes tells every pod of the services around it: a service `tmtpd-edge` brings `TMTPD_EDGE_PORT` and more.
fn made_by_kubernetes(key: &str) -> bool {
    key == "port" || key.starts_with("port_") || key.starts_with("service_")
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use serde::Deserialize;

    use super::*;
    use crate::Secret;

    #[derive(Debug, Deserialize, Default)]
    #[serde(default, deny_unknown_fields)]
    struct Settings {
        store: Store,
        edge: Edge,
    }

    #[derive(Debug, Deserialize, Default)]
    #[serde(default, deny_unknown_fields)]
    struct Store {
        url: Secret,
        connections: u32,
    }

    #[derive(Debug, Deserialize, Default)]
    #[serde(default, deny_unknown_fields)]
    struct Edge {
        listen: Vec<std::net::SocketAddr>,
        reload: bool,
    }

    fn read(toml: &str, variables: &[(&str, &str)]) -> Result<Settings, Error> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(toml.as_bytes()).unwrap();
        let sources = Sources {
            file: Some(file.path()),
            prefix: "TMTPD",
            sections: &["store", "edge"],
            lists: &["edge.listen"],
        };
        load(&sources, variables.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())))
    }

    #[test]
    fn a_variable_overrides_the_file() {
        let toml = "[store]\nurl = \"from the file\"\nconnections = 3\n";
        let variables = [("TMTPD_STORE__URL", "0042"), ("TMTPD_EDGE__RELOAD", "true"), ("HOME", "/")];
        let settings = read(toml, &variables).unwrap();
        assert_eq!(settings.store.url.expose(), "0042");
        assert_eq!(settings.store.connections, 3);
        assert!(settings.edge.reload);
    }

    #[test]
    fn a_variable_gives_a_list_with_commas() {
        let settings = read("", &[("TMTPD_EDGE__LISTEN", "127.0.0.1:7443, [::1]:7443")]).unwrap();
        assert_eq!(settings.edge.listen.len(), 2);
    }

    #[test]
    fn an_unknown_key_in_the_file_is_refused_by_name() {
        let error = read("[store]\nurll = \"x\"\n", &[]).unwrap_err().to_string();
        assert!(error.contains("urll") && error.contains("store"), "{error}");
    }

    #[test]
    fn an_unknown_key_in_a_variable_is_refused_by_name() {
        let error = read("", &[("TMTPD_STORE__URLL", "x")]).unwrap_err().to_string();
        assert!(error.contains("urll") && error.contains("store"), "{error}");
    }

    #[test]
    fn an_unknown_section_is_refused_by_name() {
        let error = read("[stor]\nurl = \"x\"\n", &[]).unwrap_err().to_string();
        assert!(error.contains("stor"), "{error}");
    }

    #[test]
    fn what_is_wrong_is_told_with_the_place_where_it_stands() {
        let good = "[store]\nconnections = 3\n";
        let error = read(good, &[("TMTPD_STORE__URLL", "x")]).unwrap_err().to_string();
        assert!(error.starts_with("the environment: "), "{error}");
        for bad in ["[store]\nurll = 1\n", "[store\n", "[store]\nconnections = \"many\"\n"] {
            let error = read(bad, &[("TMTPD_EDGE__RELOAD", "true")]).unwrap_err().to_string();
            let path = error.split(": ").next().unwrap();
            assert!(Path::new(path).is_absolute(), "{error}");
        }
    }

    #[test]
    fn a_variable_with_one_underscore_is_refused_with_the_right_name() {
        let error = read("", &[("TMTPD_STORE_URL", "x")]).unwrap_err().to_string();
        assert!(error.contains("TMTPD_STORE__URL"), "{error}");
    }

    #[test]
    fn variables_that_kubernetes_makes_for_services_do_no_harm() {
        let made =
            [("TMTPD_EDGE_PORT_7443_TCP", "tcp://10.0.0.1:7443"), ("TMTPD_EDGE_SERVICE_HOST", "10.0.0.1")];
        assert!(read("", &made).is_ok());
    }

    #[test]
    fn a_value_of_the_wrong_type_is_refused_with_its_key() {
        let error = read("[store]\nconnections = \"many\"\n", &[]).unwrap_err().to_string();
        assert!(error.contains("store.connections"), "{error}");
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let sources =
            Sources { file: Some(Path::new("/nowhere/x.toml")), prefix: "TMTPD", sections: &[], lists: &[] };
        let error = load::<Settings>(&sources, []).unwrap_err().to_string();
        assert!(error.contains("/nowhere/x.toml"), "{error}");
    }
}
