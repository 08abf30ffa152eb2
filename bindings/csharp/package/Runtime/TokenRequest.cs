using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using Clef.Native;

namespace Clef
{
    /// <summary>
    /// A token request as it is to be carried: by a sender of yours, or by yourself. It must not be redirected.
    /// </summary>
    public sealed class TokenRequest
    {
        private readonly byte[] body;

        /// <summary>Copies a request that somebody keeps alive meanwhile.</summary>
        internal TokenRequest(IntPtr request)
        {
            Method = Utf8.Borrowed(NativeMethods.clef_http_request_method(request));
            Url = Utf8.Borrowed(NativeMethods.clef_http_request_url(request));
            MayRepeat = NativeMethods.clef_http_request_may_repeat(request);
            var headers = new KeyValuePair<string, string>[(int)NativeMethods.clef_http_request_header_count(request)];
            for (var index = 0; index < headers.Length; index++)
            {
                headers[index] = new KeyValuePair<string, string>(
                    Utf8.Borrowed(NativeMethods.clef_http_request_header_name(request, (UIntPtr)index)),
                    Utf8.Borrowed(NativeMethods.clef_http_request_header_value(request, (UIntPtr)index)));
            }
            Headers = Array.AsReadOnly(headers);
            UIntPtr length;
            IntPtr bytes = NativeMethods.clef_http_request_body(request, out length);
            body = new byte[(int)length];
            Marshal.Copy(bytes, body, 0, body.Length);
        }

        /// <summary>The HTTP method: <c>POST</c>.</summary>
        public string Method { get; }

        /// <summary>The URL: https, or http to a loopback address.</summary>
        public string Url { get; }

        /// <summary>The headers; that of <c>Authorization</c> is <b>secret</b>.</summary>
        public IReadOnlyList<KeyValuePair<string, string>> Headers { get; }

        /// <summary>
        /// Whether it may be sent again after it may have reached the service: false with a code or a refresh token,
        /// which the first try may have spent.
        /// </summary>
        public bool MayRepeat { get; }

        /// <summary>A copy of the form-encoded body. <b>Secret</b>.</summary>
        public byte[] GetBody()
        {
            return (byte[])body.Clone();
        }

        /// <summary>Method and URL; no secret.</summary>
        public override string ToString()
        {
            return $"{Method} {Url}";
        }
    }
}
