//! Where the link of an invitation leads: what to do next, and the code at hand when the sign-in page comes up.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use tmtp_store::SiteId;

use super::{find, pages};
use crate::{
    api::{Asked, At, Problem, Shared},
    code_hash,
};

/// Most letters of a code, hyphens and spaces among them.
const CODE_LETTERS: usize = 40;
/// How long the browser keeps a code at hand.
const AT_HAND_SECONDS: u32 = 24 * 3600;

/// What stands in the link.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Link {
    #[serde(default)]
    code: String,
}

/// Keeps the code at hand, out of the address; then shows what to do.
pub(super) async fn welcome(
    State(api): State<Shared>,
    At(site): At<i64>,
    Asked(link): Asked<Link>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Some(site) = find(&api, site).await? else {
        let page = pages::refusal("This invitation leads nowhere", "The site takes no invitations any more.");
        return Ok((StatusCode::NOT_FOUND, page).into_response());
    };
    if !link.code.is_empty() {
        return Ok(keep_at_hand(&api, site.id, &link.code));
    }
    let code = code_at_hand(&headers, site.id).unwrap_or_default();
    let found = api.registry.view().await?.invitation_by_code(site.id, &code_hash(&code)).await?;
    Ok(pages::welcome(&site, &api, &code, found.as_ref()))
}

fn cookie_name(site: SiteId) -> String {
    format!("tmtp_invitation_{}", site.0)
}

fn keep_at_hand(api: &Shared, site: SiteId, code: &str) -> Response {
    let code: String =
        code.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-').collect();
    let code = code.get(..CODE_LETTERS.min(code.len())).unwrap_or_default();
    let secure = if api.public_url.starts_with("https:") { "; Secure" } else { "" };
    let cookie = format!(
        "{}={code}; Path=/; Max-Age={AT_HAND_SECONDS}; HttpOnly; SameSite=Lax{secure}",
        cookie_name(site)
    );
    let mut response =
        (StatusCode::SEE_OTHER, [(header::LOCATION, format!("/join/{}", site.0))]).into_response();
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// The code of an invitation to this site that the browser keeps.
pub(super) fn code_at_hand(headers: &HeaderMap, site: SiteId) -> Option<String> {
    let name = cookie_name(site);
    let lines = headers.get_all(header::COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split("; ")).filter_map(|pair| pair.split_once('='));
    let (_, code) = pairs.find(|(found, _)| *found == name)?;
    Some(code.to_owned()).filter(|code| code.len() <= CODE_LETTERS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_kept_for_its_own_site() {
        let mut headers = HeaderMap::new();
        let cookies = "other=1; tmtp_invitation_7=ABCD-EFGH; tmtp_invitation_71=X";
        headers.insert(header::COOKIE, HeaderValue::from_static(cookies));
        assert_eq!(code_at_hand(&headers, SiteId(7)).as_deref(), Some("ABCD-EFGH"));
        assert_eq!(code_at_hand(&headers, SiteId(71)).as_deref(), Some("X"));
        assert_eq!(code_at_hand(&headers, SiteId(1)), None);
    }
}
