//! A client of the service in memory: JSON in, status and JSON out.

use scim_worker::http::method::Method;
use scim_worker::http::reply::Reply;
use scim_worker::http::request::{Body, Request};
use serde_json::{Value, json};
use service::content::Content;

use super::memory::Memory;

/// What came back.
#[derive(Clone, Debug)]
pub struct Got {
    /// The status.
    pub status: u16,
    /// The body; null for an empty one.
    pub body: Value,
    /// All of it.
    pub reply: Reply,
}

impl Got {
    /// The body, of a reply with this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{:#}", self.body);
        self.body
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.reply
            .headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Asserts a problem with this status and code, whose detail contains the words.
    #[track_caller]
    pub fn problem(&self, status: u16, code: &str, words: &str) {
        assert_eq!(self.status, status, "{:#}", self.body);
        assert_eq!(self.body["code"], code, "{:#}", self.body);
        assert_eq!(self.body["status"], status, "{:#}", self.body);
        // Each status has a phrase of its own.
        let is_broken = self.body["title"] == "Internal Server Error";
        assert_eq!(is_broken, status == 500, "{:#}", self.body);
        assert_eq!(
            self.header("Content-Type"),
            Some("application/problem+json")
        );
        let detail = self.body["detail"].as_str().unwrap_or_default();
        assert!(detail.contains(words) && detail.len() > 15, "{detail}");
    }

    /// Asserts a SCIM error with this status and keyword, whose detail contains the words.
    #[track_caller]
    pub fn refused(&self, status: u16, scim_type: &str, words: &str) {
        assert_eq!(self.status, status, "{:#}", self.body);
        assert_eq!(
            self.body["scimType"].as_str().unwrap_or_default(),
            scim_type,
            "{:#}",
            self.body
        );
        let detail = self.body["detail"].as_str().unwrap_or_default();
        assert!(detail.contains(words), "{detail}");
    }
}

/// A client with a token.
pub struct Client<'a> {
    /// Where it sends.
    pub memory: &'a Memory,
    /// Its token.
    pub token: String,
}

impl<'a> Client<'a> {
    /// The client of tenant 1.
    pub fn new(memory: &'a Memory) -> Self {
        Self {
            memory,
            token: Memory::TOKEN.to_owned(),
        }
    }

    /// The request for a path below the base URL, before it is sent.
    pub fn request(&self, method: &str, path: &str, body: Option<&Value>) -> Request {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        Request {
            method: Method::of(method),
            origin: Memory::ORIGIN.to_owned(),
            path: format!("/scim/v2{path}"),
            query: query.replace(' ', "%20").replace('"', "%22"),
            authorization: Some(format!("Bearer {}", self.token)),
            content_type: body.map(|_| "application/scim+json".to_owned()),
            body: Body::Bytes(
                body.map(|body| body.to_string().into_bytes())
                    .unwrap_or_default(),
            ),
            ..Request::default()
        }
    }

    /// Sends a request.
    pub fn send(&self, request: &Request) -> Got {
        let reply = self.memory.respond(request);
        let is_lines = |(_, value): &(_, String)| value == "application/x-ndjson";
        let text = reply.body.clone().map(Content::into_text);
        let body = match text {
            Some(text) if reply.headers.iter().any(is_lines) => {
                let lines = text.lines().map(serde_json::from_str);
                Value::Array(lines.collect::<Result<_, _>>().unwrap())
            }
            Some(text) => serde_json::from_str(&text).unwrap(),
            None => Value::Null,
        };
        Got {
            status: reply.status,
            body,
            reply,
        }
    }

    /// GET.
    pub fn get(&self, path: &str) -> Got {
        self.send(&self.request("GET", path, None))
    }

    /// POST.
    pub fn post(&self, path: &str, body: &Value) -> Got {
        self.send(&self.request("POST", path, Some(body)))
    }

    /// PUT.
    pub fn put(&self, path: &str, body: &Value) -> Got {
        self.send(&self.request("PUT", path, Some(body)))
    }

    /// PATCH with these operations.
    pub fn patch(&self, path: &str, operations: &Value) -> Got {
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": operations,
        });
        self.send(&self.request("PATCH", path, Some(&body)))
    }

    /// DELETE.
    pub fn delete(&self, path: &str) -> Got {
        self.send(&self.request("DELETE", path, None))
    }

    /// Creates a user and gives its id.
    #[track_caller]
    pub fn user(&self, user_name: &str) -> String {
        let body = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": user_name,
        });
        self.created("/Users", &body)
    }

    /// Creates a group with these members and gives its id.
    #[track_caller]
    pub fn group(&self, display_name: &str, members: &[&str]) -> String {
        let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
        let body = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
            "displayName": display_name,
            "members": members,
        });
        self.created("/Groups", &body)
    }

    /// Creates a resource and gives its id.
    #[track_caller]
    pub fn created(&self, path: &str, body: &Value) -> String {
        self.post(path, body).expect(201)["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

/// An operator, at the admin face.
pub struct Operator<'a> {
    /// Where he sends.
    pub memory: &'a Memory,
    /// His credential.
    pub token: String,
}

impl<'a> Operator<'a> {
    /// Who has the `ADMIN_TOKEN`.
    pub fn new(memory: &'a Memory) -> Self {
        Self::with(memory, Memory::ADMIN_TOKEN)
    }

    /// Who has a token.
    pub fn with(memory: &'a Memory, token: &str) -> Self {
        Self {
            memory,
            token: token.to_owned(),
        }
    }

    /// Who has a new operator token with these scopes, bound to a tenant or to none.
    #[track_caller]
    #[must_use]
    pub fn scoped(&self, scopes: &[&str], tenant: Option<i64>) -> Self {
        let body = json!({ "label": scopes.join(" "), "scopes": scopes, "tenant": tenant });
        let made = self.post("/operator-tokens", &body).expect(201);
        Self::with(self.memory, made["token"].as_str().unwrap())
    }

    /// The request for a path below `/admin/v1`, before it is sent.
    pub fn request(&self, method: &str, path: &str, body: Option<&Value>) -> Request {
        let client = Client {
            memory: self.memory,
            token: self.token.clone(),
        };
        let mut request = client.request(method, path, body);
        let path = path.split('?').next().unwrap_or_default();
        request.path = format!("/admin/v1{path}");
        request.content_type = body.map(|_| "application/json".to_owned());
        request
    }

    /// Sends a request.
    pub fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Got {
        let client = Client {
            memory: self.memory,
            token: self.token.clone(),
        };
        client.send(&self.request(method, path, body))
    }

    /// GET.
    pub fn get(&self, path: &str) -> Got {
        self.send("GET", path, None)
    }

    /// POST.
    pub fn post(&self, path: &str, body: &Value) -> Got {
        self.send("POST", path, Some(body))
    }

    /// PATCH.
    pub fn patch(&self, path: &str, body: &Value) -> Got {
        self.send("PATCH", path, Some(body))
    }

    /// DELETE.
    pub fn delete(&self, path: &str) -> Got {
        self.send("DELETE", path, None)
    }

    /// Imports lines.
    pub fn import(&self, tenant: i64, query: &str, lines: &(impl AsRef<[u8]> + ?Sized)) -> Got {
        let path = format!("/tenants/{tenant}/import?{query}");
        let mut request = self.request("POST", &path, Some(&Value::Null));
        request.content_type = Some("application/x-ndjson".to_owned());
        request.body = Body::Bytes(lines.as_ref().to_vec());
        let client = Client {
            memory: self.memory,
            token: self.token.clone(),
        };
        client.send(&request)
    }

    /// The lines of an export.
    #[track_caller]
    pub fn export(&self, tenant: i64, after: &str) -> Vec<Value> {
        let path = format!("/tenants/{tenant}/export?after={after}");
        let lines = self.get(&path).expect(200);
        lines.as_array().unwrap().clone()
    }

    /// Makes a tenant and gives its number.
    #[track_caller]
    pub fn tenant(&self, name: &str) -> i64 {
        let made = self.post("/tenants", &json!({ "name": name })).expect(201);
        made["id"].as_i64().unwrap()
    }

    /// A client of a tenant, with a new token.
    #[track_caller]
    pub fn client(&self, tenant: i64, body: &Value) -> Client<'a> {
        let made = self
            .post(&format!("/tenants/{tenant}/tokens"), body)
            .expect(201);
        Client {
            memory: self.memory,
            token: made["token"].as_str().unwrap().to_owned(),
        }
    }
}

/// The values at a name of each of a list's resources.
pub fn each<'a>(list: &'a Value, name: &str) -> Vec<&'a str> {
    list["Resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|resource| resource[name].as_str().unwrap_or_default())
        .collect()
}
