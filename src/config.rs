//! Settings of the installation: `seamark.toml`, each overridable by a `SEAMARK_…` variable. Nothing else reads the environment.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::db::Target;
use crate::problem::{Problem, Result};

/// What may stand in `seamark.toml`; `seamark.example.toml` explains each.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    data: Option<PathBuf>,
    database: Option<String>,
    listen: Option<String>,
    address: Option<String>,
    mail_from: Option<String>,
    mail_to: Option<String>,
    courses: Option<PathBuf>,
    trusted_proxies: Option<Vec<String>>,
    metrics_token_file: Option<PathBuf>,
    log: Option<String>,
}

#[derive(Debug, Clone)]
pub struct Config {
    /// The folder of the database and the keys.
    pub data: PathBuf,
    pub database: Target,
    pub listen: SocketAddr,
    /// Overrides the address given at set-up.
    pub address: Option<String>,
    pub mail_from: Option<String>,
    pub mail_to: Option<String>,
    /// A folder whose courses replace the built-in ones, slug by slug.
    pub courses: Option<PathBuf>,
    /// Only these may tell us a visitor's address.
    pub trusted_proxies: Vec<IpAddr>,
    pub metrics_token_file: Option<PathBuf>,
    /// Which log lines are written, such as `info` or `seamark=debug`.
    pub log: String,
}

impl Config {
    /// Reads the file (if there is one) and the process's variables.
    #[allow(clippy::disallowed_methods)] // the one place that reads the environment
    pub fn load(file: Option<&Path>) -> Result<Config> {
        let named = file.map(Path::to_path_buf).or_else(|| std::env::var("SEAMARK_CONFIG").ok().map(PathBuf::from));
        let text = match &named {
            Some(path) => std::fs::read_to_string(path)
                .map_err(|error| Problem::refused(format!("{}: {error}", path.display())))?,
            None => std::fs::read_to_string("seamark.toml").unwrap_or_default(),
        };
        Config::read(&text, &std::env::vars().collect())
    }

    /// The same from given text and variables.
    pub fn read(text: &str, variables: &BTreeMap<String, String>) -> Result<Config> {
        let mut file: File =
            toml::from_str(text).map_err(|error| Problem::refused(format!("seamark.toml: {error}")))?;
        override_with(&mut file, variables);
        let data = file.data.unwrap_or_else(|| PathBuf::from("seamark-data"));
        let listen = file.listen.unwrap_or_else(|| "127.0.0.1:8080".to_owned());
        Ok(Config {
            database: Target::parse(file.database.as_deref().unwrap_or("seamark.db"), &data),
            listen: parse("listen", &listen, "an address and port such as 127.0.0.1:8080")?,
            address: file.address.map(|address| address.trim_end_matches('/').to_owned()),
            mail_from: file.mail_from,
            mail_to: file.mail_to,
            courses: file.courses,
            trusted_proxies: file
                .trusted_proxies
                .unwrap_or_default()
                .iter()
                .map(|proxy| parse("trusted_proxies", proxy, "IP addresses"))
                .collect::<Result<_>>()?,
            metrics_token_file: file.metrics_token_file,
            log: file.log.unwrap_or_else(|| "info".to_owned()),
            data,
        })
    }

    pub fn keys_folder(&self) -> PathBuf {
        self.data.join("keys")
    }
}

fn override_with(file: &mut File, variables: &BTreeMap<String, String>) {
    let said = |name: &str| variables.get(&format!("SEAMARK_{name}")).cloned();
    let path = |name: &str| said(name).map(PathBuf::from);
    file.data = path("DATA").or(file.data.take());
    file.database = said("DATABASE").or(file.database.take());
    file.listen = said("LISTEN").or(file.listen.take());
    file.address = said("ADDRESS").or(file.address.take());
    file.mail_from = said("MAIL_FROM").or(file.mail_from.take());
    file.mail_to = said("MAIL_TO").or(file.mail_to.take());
    file.courses = path("COURSES").or(file.courses.take());
    file.metrics_token_file = path("METRICS_TOKEN_FILE").or(file.metrics_token_file.take());
    file.log = said("LOG").or(file.log.take());
    if let Some(proxies) = said("TRUSTED_PROXIES") {
        file.trusted_proxies = Some(proxies.split(',').map(|proxy| proxy.trim().to_owned()).collect());
    }
}

fn parse<T: std::str::FromStr>(name: &str, value: &str, wanted: &str) -> Result<T> {
    value.parse().map_err(|_| Problem::refused(format!("`{name}` should be {wanted}, not ‘{value}’.")))
}
