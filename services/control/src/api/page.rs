//! Lists, page by page. A cursor says where the page before ended; what it says is nobody's business but ours.

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use tmtp_store::{
    InvitationId, NodeId, ProviderId, SiteId,
    admin::{KeyId, OrgId, Page, UserId, UserProviderId},
};
use utoipa::{IntoParams, ToSchema};

use super::problem::Problem;

/// Items of a page, when nothing is asked for, and at most.
const LIMIT: u32 = 50;
const LIMIT_MAX: u32 = 200;
/// Most letters of a search text.
const SEARCH_LETTERS: usize = 200;

/// Which page.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Paging {
    /// Most items of a page.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<u32>,
    /// `next` of the page before.
    pub cursor: Option<String>,
}

/// Only what is called so.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Search {
    /// Part of a name, in either case of the letters A to Z.
    #[param(max_length = 200)]
    pub q: Option<String>,
}

impl Search {
    /// The text to look for; empty for all.
    pub fn text(self) -> Result<String, Problem> {
        let text = self.q.unwrap_or_default();
        if text.chars().count() > SEARCH_LETTERS {
            return Err(Problem::bad(format!("q has {SEARCH_LETTERS} letters at most")));
        }
        Ok(text)
    }
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Listed<T> {
    /// The items.
    pub items: Vec<T>,
    /// The cursor of the next page; none on the last.
    pub next: Option<String>,
}

/// Something that a page can end with.
pub(crate) trait Place: Sized {
    fn text(&self) -> String;
    fn read(text: &str) -> Option<Self>;
    /// Before everything.
    fn start() -> Self;
}

macro_rules! numbered {
    ($($place:ident),*) => {
        $(impl Place for $place {
            fn text(&self) -> String {
                self.0.to_string()
            }
            fn read(text: &str) -> Option<Self> {
                text.parse().ok().map($place)
            }
            fn start() -> Self {
                $place(0)
            }
        })*
    };
}

numbered!(InvitationId, ProviderId, OrgId, SiteId, NodeId, KeyId, UserId, UserProviderId);

impl Place for String {
    fn text(&self) -> String {
        self.clone()
    }
    fn read(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
    fn start() -> Self {
        Self::new()
    }
}

impl Paging {
    /// How many items are wanted.
    pub fn size(&self) -> Result<u32, Problem> {
        match self.limit {
            None => Ok(LIMIT),
            Some(limit @ 1..=LIMIT_MAX) => Ok(limit),
            Some(_) => Err(Problem::bad(format!("limit is 1 to {LIMIT_MAX}"))),
        }
    }

    /// The page for the store: one item more than wanted, which tells whether there is another page.
    pub fn page<A: Place>(&self) -> Result<Page<A>, Problem> {
        let after = self.after()?.unwrap_or_else(A::start);
        Ok(Page { after, limit: self.size()? + 1, search: String::new() })
    }

    /// The same of what a search finds.
    pub fn found<A: Place>(&self, search: Search) -> Result<Page<A>, Problem> {
        Ok(Page { search: search.text()?, ..self.page()? })
    }

    /// Where the page before ended.
    pub fn after<A: Place>(&self) -> Result<Option<A>, Problem> {
        let Some(cursor) = self.cursor.as_ref().filter(|cursor| !cursor.is_empty()) else { return Ok(None) };
        let octets = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok();
        let place = octets.and_then(|octets| String::from_utf8(octets).ok()).and_then(|text| A::read(&text));
        let wrong = || Problem::bad("cursor is not one of ours; take `next` of the page before as it is");
        place.map(Some).ok_or_else(wrong)
    }

    /// The page as it is shown, of rows that were found for it.
    pub fn listed<R, A: Place, T>(
        &self,
        mut rows: Vec<R>,
        place: impl Fn(&R) -> A,
        show: impl FnMut(R) -> T,
    ) -> Result<Listed<T>, Problem> {
        let size = self.size()? as usize;
        let is_more = rows.len() > size;
        rows.truncate(size);
        let last = rows.last().filter(|_| is_more);
        let next = last.map(|row| BASE64URL_NOPAD.encode(place(row).text().as_bytes()));
        Ok(Listed { items: rows.into_iter().map(show).collect(), next })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_to_where_the_page_ended_and_the_last_page_has_none() {
        let paging = Paging { limit: Some(2), ..Paging::default() };
        let page = paging.page::<SiteId>().unwrap();
        assert_eq!((page.after, page.limit), (SiteId(0), 3));
        let listed = paging.listed(vec![4, 5, 6], |id| SiteId(*id), |id| id).unwrap();
        assert_eq!(listed.items, [4, 5]);
        let next = Paging { cursor: listed.next, ..Paging { limit: Some(2), ..Paging::default() } };
        assert_eq!(next.page::<SiteId>().unwrap().after, SiteId(5));
        assert!(next.listed(vec![6], |id| SiteId(*id), |id| id).unwrap().next.is_none());
    }

    #[test]
    fn a_cursor_that_is_not_ours_and_a_limit_out_of_range_are_refused() {
        let cursor = |cursor: &str| Paging { cursor: Some(cursor.to_owned()), ..Paging::default() };
        assert!(cursor("%%").page::<SiteId>().is_err());
        assert!(cursor("eA").page::<SiteId>().is_err());
        assert!(cursor("eA").page::<String>().is_ok());
        for limit in [0, 201] {
            assert!(Paging { limit: Some(limit), ..Paging::default() }.size().is_err());
        }
    }
}
