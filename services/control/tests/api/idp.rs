//! A small OpenID Connect provider: discovery, keys, sign-in page and token endpoint over HTTP. It says what a test wants it
//! to say, and keeps to the rules where the service must do so as well.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context, Result};
use axum::{
    Form, Json, Router,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tmtp_platform::{Clock as _, SystemClock};
use tokio_util::sync::{CancellationToken, DropGuard};

type Fields = HashMap<String, String>;

pub struct Provider {
    pub issuer: String,
    desk: Arc<Desk>,
    stop: Option<DropGuard>,
}

struct Desk {
    issuer: String,
    says: Mutex<Says>,
    /// Codes given, and what they were asked for with.
    given: Mutex<HashMap<String, Fields>>,
    key: EncodingKey,
    other_key: EncodingKey,
    published: Value,
}

/// What a provider says.
#[derive(Default, Clone)]
pub struct Says {
    /// Claims of its tokens, beside or in place of the usual ones; `null` takes one away.
    pub claims: Value,
    /// It signs with a key that it does not publish.
    pub signs_otherwise: bool,
    /// It wants this secret, in a header or, if so, in the form.
    pub secret: String,
    pub in_form: bool,
    /// It sends people back with this instead of a code.
    pub error: String,
    /// It sends this along as `iss`.
    pub iss: String,
    /// Its token endpoint fails.
    pub fails: bool,
    /// It calls itself so in its document.
    pub calls_itself: String,
}

impl Provider {
    pub async fn start() -> Result<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let issuer = format!("http://{}", listener.local_addr()?);
        let (key, published) = pair()?;
        let (other_key, _) = pair()?;
        let says = Mutex::new(Says { claims: json!({}), ..Says::default() });
        let desk = Desk { issuer: issuer.clone(), says, given: Mutex::default(), key, other_key, published };
        let desk = Arc::new(desk);
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(about))
            .route("/keys", get(keys))
            .route("/authorize", get(authorize))
            .route("/token", post(token))
            .with_state(Arc::clone(&desk));
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        tokio::spawn(async move { axum::serve(listener, router).with_graceful_shutdown(stopped).await });
        Ok(Self { issuer, desk, stop: Some(stop.drop_guard()) })
    }

    /// From now on it says this.
    pub fn says(&self, change: impl FnOnce(&mut Says)) {
        change(&mut self.desk.says.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// From now on its tokens say this.
    pub fn claims(&self, claims: Value) {
        self.says(|says| says.claims = claims);
    }

    pub fn stop(&mut self) {
        self.stop.take();
    }
}

/// A key pair: what signs, and what is published.
fn pair() -> Result<(EncodingKey, Value)> {
    let key = rcgen::KeyPair::generate()?;
    let point = key.public_key_raw();
    let (x, y) = (BASE64URL_NOPAD.encode(&point[1..33]), BASE64URL_NOPAD.encode(&point[33..65]));
    let jwk = json!({"kty": "EC", "crv": "P-256", "kid": "k", "use": "sig", "alg": "ES256", "x": x, "y": y});
    Ok((EncodingKey::from_ec_der(&key.serialize_der()), jwk))
}

fn said(desk: &Desk) -> Says {
    desk.says.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

async fn about(State(desk): State<Arc<Desk>>) -> Json<Value> {
    let (issuer, says) = (&desk.issuer, said(&desk));
    let itself = if says.calls_itself.is_empty() { issuer } else { &says.calls_itself };
    let way = if says.in_form { "client_secret_post" } else { "client_secret_basic" };
    Json(json!({
        "issuer": itself, "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"), "jwks_uri": format!("{issuer}/keys"),
        "token_endpoint_auth_methods_supported": [way],
    }))
}

async fn keys(State(desk): State<Arc<Desk>>) -> Json<Value> {
    Json(json!({"keys": [desk.published]}))
}

/// Nobody has to type anything here: whoever comes is sent back at once.
async fn authorize(State(desk): State<Arc<Desk>>, Query(asked): Query<Fields>) -> Response {
    let field = |name: &str| asked.get(name).map(String::as_str).unwrap_or_default();
    let is_whole = field("response_type") == "code"
        && field("client_id") == "us"
        && field("scope").split(' ').any(|scope| scope == "openid")
        && field("code_challenge_method") == "S256"
        && ["state", "nonce", "code_challenge", "redirect_uri"].iter().all(|name| field(name).len() > 20);
    let Ok(mut back) = url::Url::parse(field("redirect_uri")) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    if !is_whole {
        return (StatusCode::BAD_REQUEST, format!("{asked:?}")).into_response();
    }
    let says = said(&desk);
    back.query_pairs_mut().append_pair("state", field("state"));
    if says.error.is_empty() {
        let code = BASE64URL_NOPAD.encode(&rand::random::<[u8; 16]>());
        back.query_pairs_mut().append_pair("code", &code);
        desk.given.lock().unwrap_or_else(PoisonError::into_inner).insert(code, asked.clone());
    } else {
        back.query_pairs_mut().append_pair("error", &says.error);
    }
    if !says.iss.is_empty() {
        back.query_pairs_mut().append_pair("iss", &says.iss);
    }
    (StatusCode::FOUND, [(header::LOCATION, back.to_string())]).into_response()
}

/// A code is good once, with its verifier, for its client and its redirect address.
async fn token(State(desk): State<Arc<Desk>>, headers: HeaderMap, Form(form): Form<Fields>) -> Response {
    let says = said(&desk);
    let wrong = |error: &str| (StatusCode::BAD_REQUEST, Json(json!({"error": error}))).into_response();
    if says.fails {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let basic = format!("Basic {}", data_encoding::BASE64.encode(format!("us:{}", says.secret).as_bytes()));
    let is_proven = match (says.secret.is_empty(), says.in_form) {
        (true, _) => given.is_empty() && field("client_secret").is_empty(),
        (false, true) => given.is_empty() && field("client_secret") == says.secret,
        (false, false) => given == basic && field("client_secret").is_empty(),
    };
    if !is_proven || field("client_id") != "us" {
        return wrong("invalid_client");
    }
    let asked = desk.given.lock().unwrap_or_else(PoisonError::into_inner).remove(field("code"));
    let Some(asked) = asked else { return wrong("invalid_grant") };
    let challenge = BASE64URL_NOPAD.encode(&Sha256::digest(field("code_verifier")));
    let is_theirs = field("grant_type") == "authorization_code"
        && asked.get("code_challenge") == Some(&challenge)
        && asked.get("redirect_uri").map(String::as_str) == Some(field("redirect_uri"));
    if !is_theirs {
        return wrong("invalid_grant");
    }
    match signed(&desk, &says, &asked) {
        Ok(token) => {
            Json(json!({"id_token": token, "token_type": "Bearer", "access_token": "x"})).into_response()
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

fn signed(desk: &Desk, says: &Says, asked: &Fields) -> Result<String> {
    let now = SystemClock.unix_ms() / 1_000;
    let mut claims = json!({
        "iss": desk.issuer, "aud": "us", "sub": "ann-at-work", "iat": now, "exp": now + 300,
        "nonce": asked.get("nonce"), "email": "ann@ours.example", "email_verified": true, "name": "Ann Ames",
    });
    for (name, value) in says.claims.as_object().context("claims")? {
        claims[name] = value.clone();
    }
    let fields = claims.as_object_mut().context("claims")?;
    fields.retain(|_, value| !value.is_null());
    let head = Header { kid: Some("k".to_owned()), ..Header::new(Algorithm::ES256) };
    let key = if says.signs_otherwise { &desk.other_key } else { &desk.key };
    Ok(encode(&head, &claims, key)?)
}
