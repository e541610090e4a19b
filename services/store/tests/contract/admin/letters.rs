//! How many letters organizations may have sent.

use anyhow::Result;
use tmtp_store::admin::{LettersFull, LettersMax, Mail, MailOf, MailState, OrgId};

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

pub async fn what_became_of_a_mail_is_kept_with_whom_it_is_for(w: &World) -> Result<()> {
    let org = OrgId::DEFAULT;
    let invited = MailOf { org, site: Some(w.site), id: 3 };
    let person = MailOf { org, site: None, id: 3 };
    let kept = async |of: MailOf| -> Result<Option<Mail>> {
        Ok(admin(w).view().await?.mails(of.org, of.site, 1..=9).await?.remove(&of.id))
    };
    let mail = |state, at_ms, why: &str| Some(Mail { state, at_ms, why: why.to_owned() });
    admin(w).end_mail(invited, None, 5).await?;
    assert_eq!(kept(invited).await?, None, "nothing was sent");
    let mut change = admin(w).begin().await?;
    change.begin_mail(invited, 10).await?;
    change.begin_mail(person, 11).await?;
    change.commit().await?;
    assert_eq!(kept(invited).await?, mail(MailState::Waiting, 10, ""));
    admin(w).end_mail(invited, Some("550 no"), 20).await?;
    admin(w).end_mail(person, None, 21).await?;
    // What has ended stays so, until there is another one.
    admin(w).end_mail(invited, None, 30).await?;
    assert_eq!(kept(invited).await?, mail(MailState::Failed, 20, "550 no"));
    assert_eq!(kept(person).await?, mail(MailState::HandedOver, 21, ""));
    assert_eq!(kept(MailOf { site: Some(w.twin), ..invited }).await?, None);
    let mut change = admin(w).begin().await?;
    change.begin_mail(invited, 40).await?;
    change.commit().await?;
    assert_eq!(kept(invited).await?, mail(MailState::Waiting, 40, ""));
    Ok(())
}
