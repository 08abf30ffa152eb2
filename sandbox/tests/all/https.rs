//! https with the sandbox's own authority.

use clef_sandbox::{Certificate, Options, Sandbox};
use ureq::tls::{Certificate as Pem, RootCerts, TlsConfig};

use crate::application::{Answer, agent};

#[test]
fn who_trusts_the_authority_is_served_and_only_with_a_good_certificate() {
    let certificates = [
        Certificate::Good,
        Certificate::WrongName,
        Certificate::Expired,
    ];
    let sandbox = Sandbox::start(Options {
        https: certificates.to_vec(),
        ..Options::default()
    })
    .unwrap();
    let trusting = client_that_trusts(sandbox.ca_pem());
    let get = |agent: &ureq::Agent, url: &str| agent.get(url).call();

    let good = sandbox.https_url(Certificate::Good).unwrap();
    for url in [good.clone(), good.replace("127.0.0.1", "localhost")] {
        let answer = Answer::of(get(&trusting, &url).unwrap());
        assert!(answer.body.contains("clef-sandbox"), "{url}");
    }
    let stranger = agent(ureq::Agent::config_builder());
    let wrong_name = sandbox.https_url(Certificate::WrongName).unwrap();
    let expired = sandbox.https_url(Certificate::Expired).unwrap();
    for (agent, url, complaint) in [
        (&stranger, &good, "UnknownIssuer"),
        (&trusting, &wrong_name, "not valid for name"),
        (&trusting, &expired, "expired"),
    ] {
        let error = get(agent, url).unwrap_err().to_string();
        assert!(error.contains(complaint), "{complaint}: {error}");
    }
}

#[test]
fn another_sandbox_is_another_authority() {
    let sandboxes = [(); 2].map(|()| {
        Sandbox::start(Options {
            https: vec![Certificate::Good],
            ..Options::default()
        })
        .unwrap()
    });
    let trusts_the_first = client_that_trusts(sandboxes[0].ca_pem());
    let second = sandboxes[1].https_url(Certificate::Good).unwrap();
    assert!(trusts_the_first.get(&second).call().is_err());
}

#[test]
fn there_is_no_https_unless_asked_for() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    assert_eq!(sandbox.https_url(Certificate::Good), None);
}

fn client_that_trusts(pem: &str) -> ureq::Agent {
    let root = Pem::from_pem(pem.as_bytes()).unwrap();
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(&[root]))
        .build();
    agent(ureq::Agent::config_builder().tls_config(tls))
}
