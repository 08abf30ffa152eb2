//! Runs `tests/c/tls.c` against https listeners with a good certificate and two bad ones.

use clef_harness::Program;
use clef_sandbox::{Certificate, Options, Sandbox};

use crate::support::{scratch, text};

#[test]
fn tls() {
    let certificates = [
        Certificate::Good,
        Certificate::WrongName,
        Certificate::Expired,
    ];
    let sandbox = Sandbox::start(Options {
        https: certificates.to_vec(),
        ..Options::default()
    })
    .expect("the sandbox starts");
    let folder = scratch("tls");
    let ca_file = folder.join("ca.pem");
    std::fs::write(&ca_file, sandbox.ca_pem()).expect("the target folder can be written");

    let mut arguments = vec![sandbox.url()];
    arguments.extend(certificates.map(|certificate| {
        sandbox
            .https_url(certificate)
            .expect("there is a listener for each")
    }));
    arguments.push(ca_file.to_str().expect("the path is UTF-8").to_owned());
    let mut command = Program::compile("tests/c/tls.c", &folder, &[]).command();
    command
        .env("SSL_CERT_FILE", &ca_file)
        .env_remove("SSL_CERT_DIR");
    let output = command.args(arguments).output().expect("it starts");
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "tls failed:\n{stdout}\n{stderr}");
    print!("{stdout}");
    assert!(stdout.contains("ok "), "tls ran no test");
}
