//! How many letters organizations may have sent.

use anyhow::Result;
use tmtp_store::admin::{LettersFull, LettersMax, OrgId};

use super::admin;
use crate::world::World;

const MOST: LettersMax = LettersMax { per_day: 5, to_one: 2 };

async fn count(w: &World, at: (i64, i64), whom: &str) -> Result<Option<LettersFull>> {
    let mut change = admin(w).begin().await?;
    let full = change.count_letter((OrgId(at.0), at.1), whom.as_bytes(), MOST).await?;
    if full.is_none() {
        change.commit().await?;
    }
    Ok(full)
}

pub async fn letters_of_an_organization_are_counted_by_days_in_all_and_to_each_address(
    w: &World,
) -> Result<()> {
    for _ in 0..2 {
        assert_eq!(count(w, (1, 7), "ann").await?, None);
    }
    for _ in 0..2 {
        assert_eq!(count(w, (1, 7), "ann").await?, Some(LettersFull::ToOne));
    }
    // What was dropped counts for nothing.
    let mut change = admin(w).begin().await?;
    assert_eq!(change.count_letter((OrgId(1), 7), b"bob", MOST).await?, None);
    drop(change);
    for (whom, full) in [("bob", None), ("bob", None), ("carol", None), ("carol", Some(LettersFull::InAll))] {
        assert_eq!(count(w, (1, 7), whom).await?, full, "{whom}");
    }
    assert_eq!(count(w, (2, 7), "ann").await?, None, "another organization");
    assert_eq!(count(w, (1, 8), "ann").await?, None, "the next day");
    Ok(())
}

pub async fn letters_are_forgotten_when_their_day_is_over(w: &World) -> Result<()> {
    for whom in ["ann", "bob"] {
        count(w, (1, 7), whom).await?;
    }
    count(w, (1, 8), "ann").await?;
    assert_eq!(admin(w).forget_letters(8, 2).await?, 2);
    assert_eq!(admin(w).forget_letters(8, 2).await?, 1);
    assert_eq!(admin(w).forget_letters(8, 2).await?, 0);
    assert_eq!(w.peek.count("SELECT count(*) FROM letters").await?, 2);
    Ok(())
}
