//! Signing in at a site that is not open to all: the authorization code flow with PKCE, in the member's browser, or
//! without one where there is the code of an invitation.

mod browser;
mod http;

use std::path::Path;

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, value::RawValue};
use sha2::{Digest as _, Sha256};
use tmtp_client::{Address, Settings, SignInWay, SiteSight};
use url::form_urlencoded;

use crate::{
    failure::{Code, Failure},
    screen::Screen,
};

/// What an invitation's way to sign in is called by our sites.
const INVITATION: &str = "Invitation";

/// What the member said about it.
pub struct Wish<'a> {
    /// Which way, by its label.
    pub way: Option<&'a str>,
    /// The code of an invitation.
    pub invitation: Option<&'a str>,
    /// It is a member who signs in again: no invitation does.
    pub again: bool,
}

/// The provider's answer to be sent along with Register or Login.
pub struct Token {
    /// As it came, for the site.
    pub answer: Box<RawValue>,
    /// The alias that the invitation has its member called.
    pub alias: Option<String>,
}

/// A flow under way.
struct Flow {
    way: SignInWay,
    redirect_uri: String,
    verifier: String,
    state: String,
}

/// Signs in.
pub async fn run(
    site: &Address,
    settings: &Settings,
    wish: &Wish<'_>,
    screen: &Screen,
) -> Result<Token, Failure> {
    let mut sight = SiteSight::of(site, settings).await?;
    if wish.again {
        sight.ways.retain(|way| !way.label.eq_ignore_ascii_case(INVITATION));
    }
    let flow = Flow::new(chosen(sight, wish)?)?;
    let code = match wish.invitation {
        Some(invitation) => http::redeem(&flow, invitation).await?,
        None => browser::wait(&flow, screen).await?,
    };
    token(&http::exchange(&flow, &code).await?)
}

fn chosen(sight: SiteSight, wish: &Wish<'_>) -> Result<SignInWay, Failure> {
    let labels: Vec<_> = sight.ways.iter().map(|way| way.label.clone()).collect();
    let wanted = wish.way.or(wish.invitation.map(|_| INVITATION));
    let mut ways = sight.ways.into_iter();
    let found = match wanted {
        Some(label) => ways.find(|way| way.label.eq_ignore_ascii_case(label)),
        None if labels.len() == 1 => ways.next(),
        None => None,
    };
    found.ok_or_else(|| match (labels.as_slice(), wanted) {
        ([], _) => Failure::usage(format!("{} has no way to sign in at the moment", sight.name)),
        (_, Some(label)) => Failure::usage(format!("{} has no way to sign in called {label}", sight.name))
            .hint(format!("there are: {}", labels.join(", "))),
        (_, None) => Failure::usage("there are several ways to sign in")
            .hint(format!("name one of these: {}", labels.join(", "))),
    })
}

impl Flow {
    fn new(way: SignInWay) -> Result<Self, Failure> {
        let params: Vec<_> = form_urlencoded::parse(way.login.1.as_bytes()).collect();
        let redirect = params.iter().find(|(name, _)| name == "redirect_uri").map(|(_, uri)| uri.to_string());
        let none = || Failure::new(Code::Protocol, "the site does not say where its sign-in leads back to");
        Ok(Self { redirect_uri: redirect.ok_or_else(none)?, way, verifier: random(), state: random() })
    }

    /// The parameters that the login page gets.
    fn login_params(&self) -> String {
        let challenge = BASE64URL_NOPAD.encode(&Sha256::digest(self.verifier.as_bytes()));
        let (params, state) = (&self.way.login.1, &self.state);
        format!("{params}&code_challenge_method=S256&code_challenge={challenge}&state={state}")
    }

    /// Whether the browser comes back from this very flow.
    fn is_answer(&self, query: &[(String, String)]) -> bool {
        query.iter().any(|(name, value)| name == "state" && *value == self.state)
    }

    /// The code in what the browser was sent back with.
    fn code(&self, query: &[(String, String)]) -> Result<String, Failure> {
        let find = |name| query.iter().find(|(found, _)| found == name).map(|(_, value)| value.clone());
        if !self.is_answer(query) {
            return Err(Failure::new(Code::Protocol, "an answer came to a sign-in that is not ours"));
        }
        if let Some(error) = find("error") {
            let why = find("error_description").unwrap_or(error);
            return Err(Failure::new(Code::Refused, format!("the sign-in was refused: {why}")));
        }
        find("code").ok_or_else(|| Failure::new(Code::Protocol, "the sign-in came back without a code"))
    }
}

fn random() -> String {
    BASE64URL_NOPAD.encode(&rand::random::<[u8; 32]>())
}

fn token(answer: &str) -> Result<Token, Failure> {
    let odd = || Failure::new(Code::Protocol, "the sign-in gave no token");
    let fields: Value = serde_json::from_str(answer).map_err(|_| odd())?;
    let token = fields["id_token"].as_str().ok_or_else(odd)?;
    let alias = token.split('.').nth(1).and_then(alias_in);
    Ok(Token { answer: RawValue::from_string(answer.trim().to_owned()).map_err(|_| odd())?, alias })
}

/// The token answer in a file.
pub fn token_in(path: &Path) -> Result<Box<RawValue>, Failure> {
    let json = std::fs::read_to_string(path).map_err(|e| Failure::local(path.display(), &e))?;
    RawValue::from_string(json.trim().to_owned())
        .map_err(|_| Failure::usage(format!("{} does not hold JSON", path.display())))
}

fn alias_in(claims: &str) -> Option<String> {
    let claims = BASE64URL_NOPAD.decode(claims.as_bytes()).ok()?;
    let claims: Value = serde_json::from_slice(&claims).ok()?;
    claims["alias"].as_str().map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow() -> Flow {
        let login = (
            "https://a.example/authorize".to_owned(),
            "client_id=tmtp&redirect_uri=http%3A%2F%2F127.0.0.1%3A8123%2F".to_owned(),
        );
        Flow::new(SignInWay { label: "Invitation".into(), login, token: Default::default() }).ok().unwrap()
    }

    fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
        of.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn an_answer_counts_only_with_the_state_of_this_flow() {
        let flow = flow();
        assert_eq!(flow.redirect_uri, "http://127.0.0.1:8123/");
        assert_eq!(flow.code(&pairs(&[("code", "c"), ("state", &flow.state)])).ok().as_deref(), Some("c"));
        for odd in [&[("code", "c")][..], &[("code", "c"), ("state", "x")], &[("state", &flow.state)]] {
            assert!(flow.code(&pairs(odd)).is_err(), "{odd:?}");
        }
        let refused = flow.code(&pairs(&[("error", "access_denied"), ("state", &flow.state)])).err().unwrap();
        assert!(refused.text.contains("access_denied"));
    }

    #[test]
    fn a_way_is_chosen_by_name_or_because_it_is_the_only_one() {
        let way = |label: &str| SignInWay {
            label: label.into(),
            login: Default::default(),
            token: Default::default(),
        };
        let sight = |labels: &[&str]| SiteSight {
            name: "Acme".into(),
            ways: labels.iter().map(|l| way(l)).collect(),
        };
        let wish = |way| Wish { way, invitation: None, again: false };
        let label =
            |sight, wish: Wish<'_>| chosen(sight, &wish).map(|way| way.label).map_err(|failure| failure.text);
        assert_eq!(label(sight(&["Acme login"]), wish(None)).unwrap(), "Acme login");
        assert_eq!(label(sight(&["A", "B"]), wish(Some("b"))).unwrap(), "B");
        assert!(label(sight(&["A", "B"]), wish(None)).is_err());
        assert!(label(sight(&[]), wish(None)).is_err());
        assert_eq!(
            label(sight(&["A", "Invitation"]), Wish { way: None, invitation: Some("X"), again: false })
                .unwrap(),
            "Invitation"
        );
    }
}
