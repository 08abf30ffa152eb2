using System;
using System.Collections.Generic;
using System.IO;
using System.Net;
using System.Net.Http;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Threading;
using System.Threading.Tasks;

namespace Clef
{
    /// <summary>Carries requests by a handler of <see cref="System.Net.Http"/>.</summary>
    internal sealed class HandlerCarrier
    {
        /// <summary>What clef reads of an answer, and a byte more, by which it sees that it is too long.</summary>
        private const int MostBytes = 1024 * 1024 + 1;

        private readonly HttpMessageInvoker invoker;

        internal HandlerCarrier(HttpMessageHandler handler)
        {
            if (handler == null)
            {
                throw new ArgumentNullException(nameof(handler));
            }
            for (HttpMessageHandler inner = handler; inner != null; inner = (inner as DelegatingHandler)?.InnerHandler)
            {
                if (FollowsRedirects(inner))
                {
                    throw new ArgumentException(
                        "A token request must not be redirected: set AllowAutoRedirect = false.", nameof(handler));
                }
            }
            invoker = new HttpMessageInvoker(handler, false);
        }

        internal async Task<TokenResponse> SendAsync(TokenRequest request, CancellationToken cancellation)
        {
            using (HttpRequestMessage message = MessageOf(request))
            {
                try
                {
                    using (HttpResponseMessage answer =
                        await invoker.SendAsync(message, cancellation).ConfigureAwait(false))
                    {
                        return await ResponseOf(answer, cancellation).ConfigureAwait(false);
                    }
                }
                catch (Exception error) when (!(error is OperationCanceledException))
                {
                    throw FailureOf(error);
                }
            }
        }

        /// <summary>SocketsHttpHandler has a property of this name too, but is not in netstandard2.0.</summary>
        private static bool FollowsRedirects(HttpMessageHandler handler)
        {
            return (handler as HttpClientHandler)?.AllowAutoRedirect
                ?? handler.GetType().GetProperty("AllowAutoRedirect")?.GetValue(handler) as bool? ?? false;
        }

        private static HttpRequestMessage MessageOf(TokenRequest request)
        {
            var message = new HttpRequestMessage(new HttpMethod(request.Method), request.Url)
            {
                Content = new ByteArrayContent(request.GetBody()),
            };
            foreach (KeyValuePair<string, string> header in request.Headers)
            {
                if (!message.Headers.TryAddWithoutValidation(header.Key, header.Value))
                {
                    message.Content.Headers.TryAddWithoutValidation(header.Key, header.Value);
                }
            }
            return message;
        }

        private static async Task<TokenResponse> ResponseOf(HttpResponseMessage answer, CancellationToken cancellation)
        {
            var body = new MemoryStream();
            using (Stream stream = await answer.Content.ReadAsStreamAsync().ConfigureAwait(false))
            {
                var buffer = new byte[8192];
                int count;
                while (body.Length < MostBytes
                    && (count = await stream.ReadAsync(buffer, 0, buffer.Length, cancellation).ConfigureAwait(false)) > 0)
                {
                    body.Write(buffer, 0, count);
                }
            }
            var response = new TokenResponse((int)answer.StatusCode, body.ToArray());
            foreach (KeyValuePair<string, IEnumerable<string>> header in answer.Headers)
            {
                foreach (string value in header.Value)
                {
                    response.WithHeader(header.Key, value);
                }
            }
            return response;
        }

        private static SendException FailureOf(Exception error)
        {
            for (Exception cause = error; cause != null; cause = cause.InnerException)
            {
                if (cause is AuthenticationException)
                {
                    return new SendException(Status.Tls, false, cause.Message);
                }
                if (IsNotConnected(cause))
                {
                    return new SendException(Status.Transport, false, cause.Message);
                }
            }
            return new SendException(Status.Transport, true, error.Message);
        }

        private static bool IsNotConnected(Exception error)
        {
            SocketError? socket = (error as SocketException)?.SocketErrorCode;
            WebExceptionStatus? web = (error as WebException)?.Status;
            return socket == SocketError.ConnectionRefused || socket == SocketError.HostNotFound
                || socket == SocketError.NetworkUnreachable || socket == SocketError.HostUnreachable
                || web == WebExceptionStatus.ConnectFailure || web == WebExceptionStatus.NameResolutionFailure;
        }
    }
}
