//! How long messages take, as it is shown.

use serde::Serialize;
use tmtp_store::Latency;
use utoipa::ToSchema;

/// How long messages took, from when the site had taken them to the ack of a device that was connected all the time: what had to
/// wait for its device is not counted. Added every ten seconds.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LatencyShown {
    /// Messages counted, once for each device.
    pub deliveries: u64,
    /// How many of them took a tenth of a second at most.
    pub within_100ms: u64,
    /// Half a second at most.
    pub within_500ms: u64,
    /// A second at most.
    pub within_1s: u64,
    /// Five seconds at most.
    pub within_5s: u64,
    /// Half a minute at most.
    pub within_30s: u64,
    /// Half of them took this many milliseconds at most, of the times above; none where that is more than half a minute, or
    /// nothing was counted.
    pub p50_ms: Option<u64>,
    /// And 95 of a hundred.
    pub p95_ms: Option<u64>,
}

impl From<Latency> for LatencyShown {
    fn from(latency: Latency) -> Self {
        Self {
            deliveries: latency.deliveries(),
            within_100ms: latency.within(100),
            within_500ms: latency.within(500),
            within_1s: latency.within(1_000),
            within_5s: latency.within(5_000),
            within_30s: latency.within(30_000),
            p50_ms: latency.percentile_ms(50),
            p95_ms: latency.percentile_ms(95),
        }
    }
}
