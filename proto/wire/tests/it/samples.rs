//! Good requests, one or more an op.

pub const REQUESTS: &[&str] = &[
    r#"{"op":0,"id":"1"}"#,
    r#"{"op":1,"newnode":"laptop"}"#,
    r#"{"op":1,"newnode":"laptop","newalias":"Alice Ames","oidc":{}}"#,
    r#"{"op":2,"uid":"1BC2","node":"3GH4"}"#,
    r#"{"op":3,"id":"r","newnode":"phone"}"#,
    r#"{"op":3,"id":"r","newalias":"Alice Ames"}"#,
    r#"{"op":4,"id":"r","for":[{"id":"u"},{"id":"v"}],"type":"init"}"#,
    r#"{"op":5,"id":"r","gid":"Board 2026","from":"Alice Ames","to":"Bob Brown","datalen":3}"#,
    r#"{"op":6,"id":"r","act":"join","gid":"Board 2026"}"#,
    r#"{"op":6,"id":"r","act":"alias","gid":"Board 2026","newalias":"Alice A."}"#,
    r#"{"op":6,"id":"r","act":"drop","gid":"Board 2026","to":"Alice Ames"}"#,
    r#"{"op":7,"id":"r","for":[],"datalen":1}"#,
    r#"{"op":7,"id":"r","for":[{"id":"u","type":1},{"id":"g","type":3}],"datalen":9,"datahead":4,"datasum":77}"#,
    r#"{"op":8,"id":"r","for":[{"id":"u","type":1}],"datalen":9,"notelen":4}"#,
    r#"{"op":8,"id":"r","for":[{"id":"u","type":1}],"notefor":[{"id":"g","type":2}],"fornotself":true,"datalen":9,"datahead":3,"datasum":1,"notelen":4,"notehead":2,"notesum":5}"#,
    r#"{"op":9,"id":"r","from":"Alice Ames","to":"Bob Brown","datalen":420}"#,
    r#"{"op":10,"id":"16b3c2a0f1e2d3c4","type":"ok"}"#,
    r#"{"op":11}"#,
    r#"{"op":12}"#,
];
