//! What control, which signs the tokens of newcomers, and delivery, which checks them, must agree on.

use crate::SiteId;

/// The one client that a site's own sign-in knows: every TMTP client. Also the audience of its tokens.
pub const CLIENT: &str = "tmtp";

/// Who signs a site's own tokens, and where its pages are; `url` is control's address as members reach it.
pub fn issuer(url: &str, site: SiteId) -> String {
    format!("{}/oidc/{}", url.trim_end_matches('/'), site.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_means_the_same_with_and_without_a_slash_at_its_end() {
        assert_eq!(issuer("https://a.example/", SiteId(7)), "https://a.example/oidc/7");
        assert_eq!(issuer("https://a.example", SiteId(7)), "https://a.example/oidc/7");
    }
}
