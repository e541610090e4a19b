//! A site's own sign-in: from an invitation to the token that its member registers with.

use anyhow::{Context, Result, ensure};
use data_encoding::BASE64URL_NOPAD;
use reqwest::{Method, Response, header, redirect::Policy};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tmtp_control::Options;
use url::{Url, form_urlencoded};

use crate::{
    invitations::invite,
    stage::{Stage, Tenant},
};

const VERIFIER: &str = "a-verifier-that-nobody-can-guess-0123456789-0";
const REDIRECT: &str = "http://127.0.0.1:8123/";

/// A browser and a client on a member's machine, at the site of a tenant.
struct Visitor<'a> {
    stage: &'a Stage,
    site: i64,
    http: reqwest::Client,
}

impl<'a> Visitor<'a> {
    /// At a site that takes invitations.
    async fn new(stage: &'a Stage, tenant: &Tenant) -> Result<Self> {
        let body = json!({"settings": {"registration": "invitation"}});
        stage.send(tenant.key("admin"), Method::PATCH, &tenant.in_site(""), &body).await?.good()?;
        let http = reqwest::Client::builder().redirect(Policy::none()).build()?;
        Ok(Self { stage, site: tenant.site, http })
    }

    fn url(&self, part: &str) -> String {
        self.stage.url(&format!("/oidc/{}/{part}", self.site))
    }

    fn wanted(&self, changed: &[(&str, &str)]) -> String {
        let challenge = BASE64URL_NOPAD.encode(&Sha256::digest(VERIFIER));
        let mut wanted = vec![
            ("response_type", "code"),
            ("client_id", "tmtp"),
            ("scope", "openid"),
            ("redirect_uri", REDIRECT),
            ("state", "of this client"),
            ("nonce", "n"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        for (name, value) in changed {
            wanted.retain(|(other, _)| other != name);
            wanted.push((name, value));
        }
        form_urlencoded::Serializer::new(String::new()).extend_pairs(wanted).finish()
    }

    async fn page(&self, changed: &[(&str, &str)]) -> Result<Response> {
        Ok(self.http.get(format!("{}?{}", self.url("authorize"), self.wanted(changed))).send().await?)
    }

    async fn form(&self, part: &str, form: String) -> Result<Response> {
        let kind = "application/x-www-form-urlencoded";
        Ok(self.http.post(self.url(part)).header(header::CONTENT_TYPE, kind).body(form).send().await?)
    }

    async fn enter(&self, code: &str) -> Result<Response> {
        let form =
            form_urlencoded::Serializer::new(self.wanted(&[])).append_pair("invitation", code).finish();
        self.form("authorize", form).await
    }

    /// The code that the browser comes back with.
    async fn granted(&self, invitation: &str) -> Result<String> {
        let place = place(&self.enter(invitation).await?)?;
        ensure!(place.as_str().starts_with(REDIRECT), "{place}");
        ensure!(told(&place, "state").as_deref() == Some("of this client"), "{place}");
        told(&place, "code").context("a code")
    }

    async fn exchange(&self, code: &str, changed: &[(&str, &str)]) -> Result<(u16, Value)> {
        let mut asked = vec![
            ("grant_type", "authorization_code"),
            ("client_id", "tmtp"),
            ("redirect_uri", REDIRECT),
            ("code", code),
            ("code_verifier", VERIFIER),
        ];
        for (name, value) in changed {
            asked.retain(|(other, _)| other != name);
            asked.push((name, value));
        }
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(asked).finish();
        let response = self.form("token", form).await?;
        Ok((response.status().as_u16(), serde_json::from_str(&response.text().await?)?))
    }

    async fn json(&self, part: &str) -> Result<Value> {
        let response = self.http.get(self.url(part)).send().await?.error_for_status()?;
        Ok(serde_json::from_str(&response.text().await?)?)
    }
}

/// Where an answer sends the browser.
fn place(response: &Response) -> Result<Url> {
    ensure!(response.status() == 303, "{}", response.status());
    Ok(response.headers()[header::LOCATION].to_str()?.parse()?)
}

fn told(place: &Url, name: &str) -> Option<String> {
    place.query_pairs().find(|(found, _)| found == name).map(|(_, value)| value.into_owned())
}

async fn code_of(stage: &Stage, tenant: &Tenant, body: Value) -> Result<String> {
    Ok(invite(stage, tenant, body).await?["code"].as_str().context("a code")?.to_owned())
}

fn claims(token: &Value) -> Result<Value> {
    let claims = token["id_token"].as_str().and_then(|token| token.split('.').nth(1)).context("claims")?;
    Ok(serde_json::from_slice(&BASE64URL_NOPAD.decode(claims.as_bytes())?)?)
}

pub async fn an_invitation_leads_through_the_sign_in_to_a_token(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let visitor = Visitor::new(stage, &ours).await?;
    let made = invite(stage, &ours, json!({"alias": "Ann Archer"})).await?;
    let invitation = made["code"].as_str().context("a code")?;

    let page = visitor.page(&[]).await?;
    assert_eq!(page.status(), 200);
    let policy = page.headers()[header::CONTENT_SECURITY_POLICY].to_str()?.to_owned();
    assert!(
        policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
        "{policy}"
    );
    let text = page.text().await?;
    assert!(text.contains("Join ours") && !text.contains("<script"), "{text}");

    // As people type it.
    let code = visitor.granted(&invitation.to_lowercase().replace('-', " ")).await?;
    let (status, token) = visitor.exchange(&code, &[]).await?;
    assert_eq!((status, &token["token_type"], &token["scope"]), (200, &json!("Bearer"), &json!("openid")));

    let about = visitor.json(".well-known/openid-configuration").await?;
    let claims = claims(&token)?;
    assert_eq!((&claims["iss"], &claims["aud"]), (&about["issuer"], &json!("tmtp")));
    assert_eq!((&claims["sub"], &claims["nonce"]), (&json!(made["id"].to_string()), &json!("n")));
    assert_eq!(claims["alias"], "Ann Archer");
    assert!(about["issuer"].as_str().is_some_and(|issuer| issuer.ends_with(&format!("/oidc/{}", ours.site))));
    Ok(())
}

pub async fn a_token_is_signed_by_a_published_key_that_changes_every_month(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let visitor = Visitor::new(stage, &ours).await?;
    let invitation = code_of(stage, &ours, json!({"uses": 9, "expires_at": null})).await?;
    let kid = async || -> Result<Value> {
        let (_, token) = visitor.exchange(&visitor.granted(&invitation).await?, &[]).await?;
        let token = token["id_token"].as_str().context("a token")?.to_owned();
        let head = token.split('.').next().context("a head")?;
        let head: Value = serde_json::from_slice(&BASE64URL_NOPAD.decode(head.as_bytes())?)?;
        let keys = visitor.json("keys").await?;
        let key = keys["keys"].as_array().and_then(|keys| keys.iter().find(|key| key["kid"] == head["kid"]));
        let key: jsonwebtoken::jwk::Jwk = serde_json::from_value(key.context("the key")?.clone())?;
        let mut rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::ES256);
        rules.validate_exp = false;
        rules.set_audience(&["tmtp"]);
        jsonwebtoken::decode::<Value>(&token, &jsonwebtoken::DecodingKey::from_jwk(&key)?, &rules)?;
        Ok(head["kid"].clone())
    };
    let first = kid().await?;
    assert_eq!(kid().await?, first);
    // Fourteen days are what an invitation lasts; the site's key is older than that by the third.
    for _ in 0..3 {
        stage.clock.put_forward(13 * 24 * 3_600_000);
    }
    let invitation = code_of(stage, &ours, json!({})).await?;
    let code = visitor.granted(&invitation).await?;
    let (_, token) = visitor.exchange(&code, &[]).await?;
    let head = token["id_token"].as_str().and_then(|token| token.split('.').next()).context("a head")?;
    let head: Value = serde_json::from_slice(&BASE64URL_NOPAD.decode(head.as_bytes())?)?;
    assert_ne!(head["kid"], first);
    Ok(())
}

pub async fn many_who_need_the_first_key_at_one_moment_get_the_same(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let visitor = Visitor::new(stage, &ours).await?;
    let asked = || futures::future::try_join_all((0..8).map(|_| visitor.json("keys")));
    let first = asked().await?;
    assert_eq!(first[0]["keys"].as_array().map(Vec::len), Some(1));
    assert!(first.iter().all(|keys| *keys == first[0]), "{first:?}");
    // A month later they need the next one.
    stage.clock.put_forward(31 * 24 * 3_600_000);
    let last = asked().await?;
    assert!(last.iter().all(|keys| *keys == last[0] && *keys != first[0]), "{last:?}");
    Ok(())
}

pub async fn a_code_is_good_once_and_for_whoever_asked_for_it(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let visitor = Visitor::new(stage, &ours).await?;
    let invitation = code_of(stage, &ours, json!({"uses": 9})).await?;
    for changed in [
        ("code_verifier", "another-verifier-that-is-as-long-as-0123456789"),
        ("code_verifier", ""),
        ("redirect_uri", "http://127.0.0.1:8124/"),
        ("client_id", "other"),
    ] {
        let code = visitor.granted(&invitation).await?;
        let (status, said) = visitor.exchange(&code, &[changed]).await?;
        assert_eq!((status, &said["error"]), (400, &json!("invalid_grant")), "{changed:?}");
        assert_eq!(visitor.exchange(&code, &[]).await?.0, 400, "after {changed:?}");
    }
    let code = visitor.granted(&invitation).await?;
    assert_eq!(visitor.exchange(&code, &[]).await?.0, 200);
    assert_eq!(visitor.exchange(&code, &[]).await?.0, 400, "a second time");
    let code = visitor.granted(&invitation).await?;
    stage.clock.put_forward(5 * 60_000 + 1);
    assert_eq!(visitor.exchange(&code, &[]).await?.0, 400, "too late");
    let (status, said) = visitor.exchange("x", &[("grant_type", "password")]).await?;
    assert_eq!((status, &said["error"]), (400, &json!("unsupported_grant_type")));
    Ok(())
}

pub async fn what_is_no_pending_invitation_of_this_site_leads_nowhere(stage: &Stage) -> Result<()> {
    let (ours, theirs) = (stage.tenant("ours").await?, stage.tenant("theirs").await?);
    let visitor = Visitor::new(stage, &ours).await?;
    Visitor::new(stage, &theirs).await?;
    let revoked = invite(stage, &ours, json!({})).await?;
    let path = ours.in_site(&format!("/invitations/{}", revoked["id"]));
    stage.send(ours.key("admin"), Method::DELETE, &path, &Value::Null).await?;
    let refused = async |code: &str, word: &str| -> Result<()> {
        let again = visitor.enter(code).await?;
        ensure!(again.status() == 422, "{word}: {}", again.status());
        let text = again.text().await?;
        ensure!(text.contains("role=\"alert\"") && text.contains(word), "{text}");
        Ok(())
    };
    refused("AAAA-BBBB-CCCC-DDDD", "no invitation").await?;
    refused("", "no invitation").await?;
    refused(&code_of(stage, &theirs, json!({})).await?, "no invitation").await?;
    refused(revoked["code"].as_str().context("a code")?, "taken back").await?;
    let old = code_of(stage, &ours, json!({})).await?;
    stage.clock.put_forward(15 * 24 * 3_600_000);
    refused(&old, "expired").await?;
    Ok(())
}

pub async fn nobody_is_sent_to_an_address_that_is_not_the_sites_own(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let visitor = Visitor::new(stage, &ours).await?;
    for changed in [
        ("redirect_uri", "https://evil.example/"),
        ("redirect_uri", "http://127.0.0.1:8123/x"),
        ("redirect_uri", "http://127.0.0.1:8124/"),
        ("redirect_uri", ""),
        ("client_id", "x"),
    ] {
        let page = visitor.page(&[changed]).await?;
        assert_eq!(page.status(), 400, "{changed:?}");
        assert!(page.headers().get(header::LOCATION).is_none());
    }
    for (changed, error) in [
        (("response_type", "token"), "unsupported_response_type"),
        (("scope", "email"), "invalid_scope"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("code_challenge", "short"), "invalid_request"),
        (("nonce", &"n".repeat(1_001)), "invalid_request"),
    ] {
        let place = place(&visitor.page(&[changed]).await?)?;
        assert!(place.as_str().starts_with(REDIRECT), "{place}");
        assert_eq!(told(&place, "error").as_deref(), Some(error));
        assert_eq!(told(&place, "state").as_deref(), Some("of this client"));
    }
    Ok(())
}

pub async fn a_site_that_takes_no_invitations_has_no_sign_in(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let visitor = Visitor::new(stage, &ours).await?;
    assert_eq!(visitor.page(&[]).await?.status(), 200);
    stage.post(ours.key("admin"), &ours.in_site("/suspend"), &json!({})).await?.good()?;
    assert_eq!(visitor.page(&[]).await?.status(), 404);
    assert_eq!(visitor.http.get(visitor.url("keys")).send().await?.status(), 404);
    assert_eq!(visitor.http.get(stage.url("/oidc/4711/keys")).send().await?.status(), 404);
    assert_eq!(visitor.http.get(stage.url("/join/4711")).send().await?.status(), 404);
    Ok(())
}

pub async fn what_people_wrote_is_no_markup_on_the_pages(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let visitor = Visitor::new(stage, &ours).await?;
    let markup = "\"><script>alert(1)</script>";
    let body = json!({"name": markup});
    stage.send(ours.key("admin"), Method::PATCH, &ours.in_site(""), &body).await?.good()?;
    let made = invite(stage, &ours, json!({"name": markup, "alias": format!("{markup} Archer")})).await?;
    let link = made["link"].as_str().context("a link")?.to_owned();
    let kept = visitor.http.get(&link).send().await?;
    let cookie =
        kept.headers()[header::SET_COOKIE].to_str()?.split(';').next().context("a cookie")?.to_owned();
    let welcome = visitor.http.get(stage.url(&format!("/join/{}", ours.site))).header(header::COOKIE, cookie);
    let pages =
        [visitor.page(&[("state", markup)]).await?, visitor.enter(markup).await?, welcome.send().await?];
    for page in pages {
        let text = page.text().await?;
        assert!(!text.contains("<script") && text.contains("&#60;script"), "{text}");
    }
    Ok(())
}

pub async fn the_link_of_an_invitation_keeps_its_code_at_hand(stage: &Stage) -> Result<()> {
    let ours = stage.tenant("ours").await?;
    let visitor = Visitor::new(stage, &ours).await?;
    let made = invite(stage, &ours, json!({"name": "Ann", "alias": "Ann Archer"})).await?;
    let (code, link) = (made["code"].as_str().context("a code")?, made["link"].as_str().context("a link")?);
    let first = visitor.http.get(link).send().await?;
    let (clean, cookie) = (&first.headers()[header::LOCATION], &first.headers()[header::SET_COOKIE]);
    assert_eq!(clean.to_str()?, format!("/join/{}", ours.site), "the code is out of the address");
    let cookie = cookie.to_str()?;
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let cookie = cookie.split(';').next().context("a cookie")?;
    let clean = stage.url(clean.to_str()?);
    let welcome = visitor.http.get(&clean).header(header::COOKIE, cookie).send().await?.text().await?;
    for part in ["Ann, you are invited to ours", "Ann Archer", "=ours.example:443", code] {
        assert!(welcome.contains(part), "{part}: {welcome}");
    }
    let url = format!("{}?{}", visitor.url("authorize"), visitor.wanted(&[]));
    let page = visitor.http.get(url).header(header::COOKIE, cookie).send().await?.text().await?;
    assert!(page.contains(&format!("value=\"{code}\"")), "{page}");
    let bare = visitor.http.get(&clean).send().await?.text().await?;
    assert!(bare.contains("role=\"alert\"") && !bare.contains(code), "{bare}");
    Ok(())
}

#[tokio::test]
async fn who_tries_codes_is_slowed_down() -> Result<()> {
    let stage = &Stage::with(Options { requests_per_minute_max: 60, ..Options::default() }).await?;
    let ours = stage.tenant("ours").await?;
    let visitor = Visitor::new(stage, &ours).await?;
    let invitation = code_of(stage, &ours, json!({})).await?;
    let mut last = 422;
    // 60 a minute are allowed, and one more with each second that this takes.
    for _ in 0..5_000 {
        last = visitor.enter("AAAA-BBBB-CCCC-DDDD").await?.status().as_u16();
        if last == 429 {
            break;
        }
    }
    assert_eq!(last, 429);
    assert_eq!(visitor.enter(&invitation).await?.status(), 429, "not even with a good one");
    stage.clock.put_forward(60_000);
    assert_eq!(visitor.enter(&invitation).await?.status(), 303);
    Ok(())
}
