using System;
using System.Collections.Generic;
using System.Text;
using Clef.Native;

namespace Clef
{
    /// <summary>The answer to a <see cref="TokenRequest"/> that was not carried by clef.</summary>
    public sealed class TokenResponse
    {
        private readonly byte[] body;
        private readonly List<KeyValuePair<string, string>> headers = new List<KeyValuePair<string, string>>();

        /// <summary>An answer.</summary>
        /// <param name="httpStatus">Its HTTP status, 100 to 599.</param>
        /// <param name="body">Its body, which is copied; null for none.</param>
        public TokenResponse(int httpStatus, byte[] body = null)
        {
            HttpStatus = httpStatus;
            this.body = body == null ? new byte[0] : (byte[])body.Clone();
        }

        /// <summary>An answer whose body is text.</summary>
        public TokenResponse(int httpStatus, string body) : this(httpStatus, Encoding.UTF8.GetBytes(body))
        {
        }

        /// <summary>The HTTP status.</summary>
        public int HttpStatus { get; }

        /// <summary>
        /// Adds a header; gives this response. clef reads <c>Retry-After</c> and <c>Date</c>; you may add all that
        /// came.
        /// </summary>
        public TokenResponse WithHeader(string name, string value)
        {
            headers.Add(new KeyValuePair<string, string>(
                name ?? throw new ArgumentNullException(nameof(name)),
                value ?? throw new ArgumentNullException(nameof(value))));
            return this;
        }

        /// <summary>The HTTP status; no secret.</summary>
        public override string ToString()
        {
            return $"TokenResponse ({HttpStatus})";
        }

        internal HttpResponseHandle ToNative()
        {
            HttpResponseHandle response;
            IntPtr error;
            Status status = NativeMethods.clef_http_response_new(
                HttpStatus, body, (UIntPtr)body.Length, out response, out error);
            Failure.Check(status, error);
            try
            {
                foreach (KeyValuePair<string, string> header in headers)
                {
                    status = NativeMethods.clef_http_response_add_header(
                        response, Utf8.Argument(header.Key, "name"), Utf8.Argument(header.Value, "value"), out error);
                    Failure.Check(status, error);
                }
                return response;
            }
            catch
            {
                response.Dispose();
                throw;
            }
        }
    }
}
