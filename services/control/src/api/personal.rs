//! What is kept about one member: given out as files in a zip, and erased with a receipt.

use std::io::{Cursor, Write as _};

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::{Value, json};
use tmtp_store::{
    SiteId,
    admin::{Erased, Kept, Member, Remembered, RevokedNode, Waiting},
};
use utoipa::ToSchema;
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::{
    Shared,
    audit::DeedShown,
    body::At,
    caller::Caller,
    problem::Problem,
    show::{InGroupShown, MemberShown, NodeShown},
    times::{shown, shown_day},
};
use crate::{
    Need,
    keys::hex,
    personal::{GIVEN_MAX, Personal},
};

/// What the files of an export are.
const README: &str = "All that the service keeps about one member of a site, as JSON: at most 10,000 rows of each kind.\n\
    limits.json says which files lack rows for that, if any does.\n\n\
    member.json    the member and its aliases; signs_in_as is a hash of who it is at its provider. null: it was removed\n\
    nodes.json     its devices, without their secrets\n\
    revoked.json   its devices that were revoked\n\
    groups.json    its places in groups\n\
    presence.json  whom it tells when it is there, and who tells it\n\
    days.json      days on which it was active\n\
    requests.json  what its devices asked for in the last minutes: hashes, for nothing to be done twice\n\
    notices.json   aliases that it was given and groups that it was taken out of, of which devices were not told yet\n\
    waiting.json   messages that wait for its devices: their headers, not what they say\n\
    audit.json     what administrators did to it\n\n\
    What was delivered is on the members' devices alone: the service keeps no copy.\n\
    Invitations to the site are not here: they may have a name, alias or address that an administrator typed, but not\n\
    which member followed them. Look for the person among the site's invitations.\n";

/// That all about a member is erased. The same stands in the organization's audit log, at `seq`: `tmtpd audit verify`
/// checks that nobody has changed it since.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErasureReceipt {
    /// Whose log.
    pub org: i64,
    /// At which site.
    pub site: i64,
    /// Which member.
    pub uid: String,
    /// When.
    #[schema(format = DateTime)]
    pub erased_at: String,
    /// By whom.
    pub erased_by: String,
    /// How many rows went, of each kind; aliases are retired, and days stay in sums without the member.
    pub rows: ErasedRows,
    /// The place of the line in the log.
    pub seq: i64,
    /// SHA-256 over the line and the hash of the line before, in hexadecimal.
    pub hash: String,
}

/// What went, in rows.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ErasedRows {
    pub members: u64,
    pub nodes: u64,
    pub aliases: u64,
    pub groups: u64,
    pub requests: u64,
    pub presence: u64,
    pub days: u64,
}

impl From<Erased> for ErasedRows {
    fn from(erased: Erased) -> Self {
        let Erased { members, nodes, aliases, groups, requests, presence, days } = erased;
        Self { members, nodes, aliases, groups, requests, presence, days }
    }
}

/// Give out all that is kept about a member, also about one that was removed: JSON files in a zip. It has no secrets, and
/// not what messages say.
#[utoipa::path(post, path = "/api/v1/orgs/{org}/sites/{site}/members/{uid}/export", tag = "members",
    operation_id = "exportMember", params(("org" = i64, Path), ("site" = i64, Path), ("uid" = String, Path)),
    responses((status = 200, content_type = "application/zip", body = String)))]
pub(super) async fn export(
    State(api): State<Shared>,
    caller: Caller,
    At((org, site, uid)): At<(i64, i64, String)>,
) -> Result<Response, Problem> {
    let org = caller.at(org, Need::Administer)?;
    let personal = api.registry.export_member(&caller.by, (org, SiteId(site)), &uid).await?;
    let packed = tokio::task::spawn_blocking(move || pack(personal)).await;
    let zipped = packed.map_err(|_| broken())?.map_err(|_| broken())?;
    let headers = [
        (header::CONTENT_TYPE, "application/zip"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"member.zip\""),
    ];
    Ok((headers, zipped).into_response())
}

/// Erase all that is kept about a member, for good, also about one that was removed. Its aliases go to nobody else; lines
/// of the audit log stay.
#[utoipa::path(post, path = "/api/v1/orgs/{org}/sites/{site}/members/{uid}/erase", tag = "members",
    operation_id = "eraseMember", params(("org" = i64, Path), ("site" = i64, Path), ("uid" = String, Path)),
    responses((status = 200, body = ErasureReceipt)))]
pub(super) async fn erase(
    State(api): State<Shared>,
    caller: Caller,
    At((org, site, uid)): At<(i64, i64, String)>,
) -> Result<Json<ErasureReceipt>, Problem> {
    let org = caller.at(org, Need::Administer)?;
    let (row, erased) = api.registry.erase_member(&caller.by, (org, SiteId(site)), &uid).await?;
    Ok(Json(ErasureReceipt {
        org: org.0,
        site,
        uid,
        erased_at: shown(row.at_ms),
        erased_by: row.actor,
        rows: erased.into(),
        seq: row.seq,
        hash: hex(&row.hash),
    }))
}

fn broken() -> Problem {
    Problem::busy("the files could not be put together; try again")
}

fn pack(personal: Personal) -> zip::result::ZipResult<Vec<u8>> {
    let Personal { member, nodes, groups, waiting, kept, deeds, cut } = personal;
    // Each by its name: what is kept from some day on is not forgotten here.
    let Kept { signs_in_as, revoked, notifies, notified_by, days, requests, given_aliases, group_drops } =
        kept;
    let member = member.map(|member| member_of(member, signs_in_as.as_deref()));
    let revoked: Vec<Value> = revoked.iter().map(revoked_node).collect();
    let requests: Vec<Value> = requests.iter().map(request).collect();
    let days: Vec<_> = days.into_iter().map(shown_day).collect();
    let dropped: Vec<Value> =
        group_drops.iter().map(|(gid, alias)| json!({"gid": gid, "alias": alias})).collect();
    let queued: u64 = nodes.iter().map(|node| node.queued).sum();
    let nodes: Vec<_> = nodes.into_iter().map(NodeShown::from).collect();
    let groups: Vec<Value> = groups.into_iter().map(group).collect();
    let deeds: Vec<_> = deeds.into_iter().map(DeedShown::from).collect();
    let headers: Vec<Value> = waiting.iter().map(header_of).collect();
    let waiting = json!({"messages": queued, "headers": headers, "is_part": cut.contains("waiting.json")});
    let limits = json!({"rows_max": GIVEN_MAX, "lacking": cut});
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut add = |name: &str, octets: &[u8]| -> zip::result::ZipResult<()> {
        zip.start_file(name, options)?;
        Ok(zip.write_all(octets)?)
    };
    add("README.txt", README.as_bytes())?;
    add("limits.json", &pretty(&limits))?;
    add("member.json", &pretty(&member))?;
    add("nodes.json", &pretty(&nodes))?;
    add("revoked.json", &pretty(&revoked))?;
    add("groups.json", &pretty(&groups))?;
    add("presence.json", &pretty(&json!({"notifies": notifies, "notified_by": notified_by})))?;
    add("days.json", &pretty(&days))?;
    add("requests.json", &pretty(&requests))?;
    add("notices.json", &pretty(&json!({"given_aliases": given_aliases, "group_drops": dropped})))?;
    add("waiting.json", &pretty(&waiting))?;
    add("audit.json", &pretty(&deeds))?;
    Ok(zip.finish()?.into_inner())
}

fn pretty<T: Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec_pretty(value).unwrap_or_default()
}

fn member_of(member: Member, signs_in_as: Option<&[u8]>) -> Value {
    let mut shown = json!(MemberShown::from(member));
    shown["signs_in_as"] = json!(signs_in_as.map(hex));
    shown
}

fn revoked_node(node: &RevokedNode) -> Value {
    json!({"id": node.node.0, "label": node.label, "created_at": shown(node.created_ms),
        "seen_at": shown(node.seen_ms)})
}

fn request(asked: &Remembered) -> Value {
    json!({"node": asked.node.0, "digest": hex(&asked.digest), "id": asked.id.to_string(),
        "posted_at": shown(asked.posted_ms)})
}

fn group(found: tmtp_store::GroupMember) -> Value {
    let shown = InGroupShown::from(tmtp_store::admin::InGroup {
        uid: found.uid,
        alias: found.alias,
        status: found.status,
    });
    json!({"gid": found.gid, "alias": shown.alias, "status": shown.status})
}

/// The header is framed: its length stands before it.
fn header_of(waiting: &Waiting) -> Value {
    let header = waiting.head.get(4..).and_then(|json| serde_json::from_slice::<Value>(json).ok());
    json!({"node": waiting.node.0, "id": waiting.id.to_string(), "posted_at": shown(waiting.posted_ms),
        "octets": waiting.octets, "header": header})
}
