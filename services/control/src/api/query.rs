//! What may stand after the question mark: what the API's description names, and nothing else. A filter that is spelt wrong
//! would otherwise filter nothing, and nobody would notice.

use std::{collections::HashMap, sync::Arc};

use axum::{
    extract::{MatchedPath, Query, Request, State},
    http::{Method, Uri},
    middleware::Next,
    response::{IntoResponse, Response},
};
use utoipa::openapi::{
    OpenApi, RefOr,
    path::{Operation, Parameter, ParameterIn},
};

use super::problem::Problem;

/// The names of each operation's parameters, by its method and path.
#[derive(Clone)]
pub(super) struct Parameters(Arc<HashMap<(Method, String), Vec<String>>>);

impl Parameters {
    pub fn of(document: &OpenApi) -> Self {
        let operations = document.paths.paths.iter().flat_map(|(path, item)| {
            let of = |(method, operation): (Method, &Option<Operation>)| {
                operation.as_ref().map(|operation| ((method, path.clone()), names(operation)))
            };
            [
                (Method::GET, &item.get),
                (Method::POST, &item.post),
                (Method::PUT, &item.put),
                (Method::PATCH, &item.patch),
                (Method::DELETE, &item.delete),
            ]
            .into_iter()
            .filter_map(of)
            .collect::<Vec<_>>()
        });
        Self(Arc::new(operations.collect()))
    }

    fn check(&self, method: &Method, path: &str, uri: &Uri) -> Result<(), Problem> {
        let method = if *method == Method::HEAD { Method::GET } else { method.clone() };
        let Some(known) = self.0.get(&(method, path.to_owned())) else { return Ok(()) };
        let Query(given) = Query::<Vec<(String, String)>>::try_from_uri(uri)
            .map_err(|rejection| Problem::bad(rejection.body_text()))?;
        match given.iter().find(|(name, _)| !known.contains(name)) {
            Some((name, _)) => Err(unknown(name, known)),
            None => Ok(()),
        }
    }
}

fn names(operation: &Operation) -> Vec<String> {
    let of_query = |parameter: &RefOr<Parameter>| match parameter {
        RefOr::T(Parameter { name, parameter_in: ParameterIn::Query, .. }) => Some(name.clone()),
        _ => None,
    };
    operation.parameters.iter().flatten().filter_map(of_query).collect()
}

fn unknown(name: &str, known: &[String]) -> Problem {
    let there_are = match known {
        [] => "none is taken here".to_owned(),
        known => format!("there are: {}", known.join(", ")),
    };
    Problem::bad(format!("no query parameter `{name}`; {there_are}"))
}

/// Refuses a request with a parameter that there is not.
pub(super) async fn check(State(parameters): State<Parameters>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str).unwrap_or_default();
    match parameters.check(request.method(), path, request.uri()) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}
