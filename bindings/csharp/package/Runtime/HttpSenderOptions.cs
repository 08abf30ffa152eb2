using System;
using System.Collections.Generic;
using Clef.Native;

namespace Clef
{
    /// <summary>Settings of the built-in sender. They are read when a sender is made with them.</summary>
    public sealed class HttpSenderOptions
    {
        /// <summary>How long connecting may take, TLS included; 10 seconds unless set.</summary>
        public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

        /// <summary>
        /// How long a request may take from its start to the last byte of its answer; 30 seconds unless set.
        /// </summary>
        public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

        /// <summary>The HTTP proxy, <c>http://[user:password@]host:port</c>; null for none.</summary>
        public string Proxy { get; set; }

        /// <summary>
        /// Whether the proxy comes from the environment: <c>ALL_PROXY</c>, <c>HTTPS_PROXY</c>, <c>HTTP_PROXY</c> and
        /// <c>NO_PROXY</c>.
        /// </summary>
        public bool UseProxyOfEnvironment { get; set; }

        /// <summary>
        /// Certificates to trust beside Mozilla's roots: each is the text of a PEM file, not its path.
        /// </summary>
        public IList<string> CaCertificates { get; } = new List<string>();

        /// <summary>
        /// Whether to trust what the system trusts too, beside Mozilla's roots. It is read when the sender is made, with
        /// <c>SSL_CERT_FILE</c> and <c>SSL_CERT_DIR</c> from the environment.
        /// </summary>
        public bool TrustPlatformCertificates { get; set; }

        /// <summary>What the <c>User-Agent</c> header says; null for clef and its version.</summary>
        public string UserAgent { get; set; }

        internal HttpConfigHandle ToNative()
        {
            HttpConfigHandle config = NativeMethods.clef_http_config_new();
            try
            {
                Fill(config);
                return config;
            }
            catch
            {
                config.Dispose();
                throw;
            }
        }

        private void Fill(HttpConfigHandle config)
        {
            IntPtr error;
            Status status = NativeMethods.clef_http_config_set_connect_timeout(
                config, Times.Milliseconds(ConnectTimeout), out error);
            Failure.Check(status, error);
            status = NativeMethods.clef_http_config_set_timeout(config, Times.Milliseconds(Timeout), out error);
            Failure.Check(status, error);
            status = UseProxyOfEnvironment
                ? NativeMethods.clef_http_config_set_proxy_from_environment(config, out error)
                : NativeMethods.clef_http_config_set_proxy(config, Utf8.Optional(Proxy, nameof(Proxy)), out error);
            Failure.Check(status, error);
            foreach (string pem in CaCertificates)
            {
                status = NativeMethods.clef_http_config_add_ca_certificates(
                    config, Utf8.Argument(pem, nameof(CaCertificates)), out error);
                Failure.Check(status, error);
            }
            if (TrustPlatformCertificates)
            {
                status = NativeMethods.clef_http_config_add_platform_certificates(config, out error);
                Failure.Check(status, error);
            }
            if (UserAgent != null)
            {
                status = NativeMethods.clef_http_config_set_user_agent(
                    config, Utf8.Argument(UserAgent, nameof(UserAgent)), out error);
                Failure.Check(status, error);
            }
        }
    }
}
