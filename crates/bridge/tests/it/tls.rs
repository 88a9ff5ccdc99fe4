//! Who may speak to BankID, and to whom we speak.

use bankid::{AuthRequest, CallError, Client, ClientSettings, Identity};
use base::{Clock, SecretString};
use bridge::simulator::certificates::CertificateFiles;
use bridge::simulator::{Simulator, serve_api};
use tokio::net::TcpListener;

struct Environment {
    files: CertificateFiles,
    address: String,
    _folder: tempfile::TempDir,
}

async fn environment() -> Environment {
    let folder = tempfile::tempdir().unwrap();
    let files = CertificateFiles::ensure(folder.path()).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://{}/rp/v6.0/", listener.local_addr().unwrap());
    let router = Simulator::new("http://127.0.0.1:3002".parse().unwrap(), Clock::system()).api();
    let served = files.clone();
    tokio::spawn(async move { serve_api(listener, router, &served, std::future::pending()).await });
    Environment {
        files,
        address,
        _folder: folder,
    }
}

/// A call to `server` with the identity of `identity`, trusting the authority of `trust`.
async fn call(server: &Environment, identity: &Environment, trust: &Environment) -> Result<(), CallError> {
    let client = Client::new(&ClientSettings {
        base_url: server.address.parse().unwrap(),
        certificate_authority: std::fs::read(&trust.files.authority).unwrap(),
        identity: Identity {
            certificate: std::fs::read(&identity.files.client).unwrap(),
            private_key: SecretString::new(std::fs::read_to_string(&identity.files.client_key).unwrap()),
        },
    })
    .unwrap();
    let request = AuthRequest {
        end_user_ip: [192, 0, 2, 1].into(),
        user_visible_data: None,
        user_visible_data_format: None,
        return_url: None,
        return_risk: false,
        web: None,
        requirement: None,
    };
    client.auth(&request).await.map(drop)
}

#[tokio::test]
async fn only_a_certificate_of_the_environments_authority_gets_in() {
    let (ours, theirs) = (environment().await, environment().await);
    assert!(call(&ours, &ours, &ours).await.is_ok());
    assert!(matches!(
        call(&ours, &theirs, &ours).await,
        Err(CallError::Unreachable(_))
    ));
}

#[tokio::test]
async fn a_server_of_another_authority_is_not_spoken_to() {
    let (ours, theirs) = (environment().await, environment().await);
    assert!(matches!(
        call(&ours, &ours, &theirs).await,
        Err(CallError::Unreachable(_))
    ));
}
