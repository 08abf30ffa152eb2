using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace Clef.Native
{
    /// <summary>
    /// Answers the requests of a polled sender by a function in C#, on a thread that looks for them as long as there is
    /// something that may send.
    /// </summary>
    internal sealed class SenderPump
    {
        private const int LongestPauseMilliseconds = 20;

        private readonly object gate = new object();
        private readonly SenderHandle sender;
        private readonly Func<TokenRequest, CancellationToken, Task<TokenResponse>> send;
        private int users;
        private bool isRunning;

        internal SenderPump(SenderHandle sender, Func<TokenRequest, CancellationToken, Task<TokenResponse>> send)
        {
            // A handle of its own, which outlives that of the program.
            this.sender = NativeMethods.clef_sender_clone(sender);
            this.send = send;
        }

        internal void AddUser()
        {
            lock (gate)
            {
                users++;
                if (!isRunning)
                {
                    isRunning = true;
                    new Thread(Run) { IsBackground = true, Name = "clef sender" }.Start();
                }
            }
        }

        internal void RemoveUser()
        {
            lock (gate)
            {
                users--;
                Monitor.Pulse(gate);
            }
        }

        private void Run()
        {
            var underWay = new List<Carrying>();
            var pause = 1;
            do
            {
                ExchangeHandle exchange;
                while (!(exchange = NativeMethods.clef_sender_next_exchange(sender)).IsInvalid)
                {
                    underWay.Add(new Carrying(new Exchange(exchange), send));
                    pause = 1;
                }
                underWay.RemoveAll(carrying => carrying.IsOver);
                underWay.ForEach(carrying => carrying.CancelIfUnwanted());
                pause = Math.Min(pause + 1, LongestPauseMilliseconds);
            }
            while (IsWanted(underWay.Count > 0, pause));
        }

        private bool IsWanted(bool isCarrying, int pause)
        {
            lock (gate)
            {
                if (users > 0 || isCarrying)
                {
                    Monitor.Wait(gate, pause);
                }
                isRunning = users > 0 || isCarrying;
                return isRunning;
            }
        }

        /// <summary>One request on its way.</summary>
        private sealed class Carrying
        {
            private readonly Exchange exchange;
            private readonly CancellationTokenSource cancellation = new CancellationTokenSource();
            private readonly Task task;

            internal Carrying(Exchange exchange, Func<TokenRequest, CancellationToken, Task<TokenResponse>> send)
            {
                this.exchange = exchange;
                task = Task.Run(() => AnswerAsync(send));
            }

            internal bool IsOver
            {
                get { return task.IsCompleted; }
            }

            internal void CancelIfUnwanted()
            {
                if (!cancellation.IsCancellationRequested && exchange.IsCancelled)
                {
                    // Not on this thread: what the function has registered runs then.
                    Task.Run(() => cancellation.Cancel());
                }
            }

            private async Task AnswerAsync(Func<TokenRequest, CancellationToken, Task<TokenResponse>> send)
            {
                using (exchange)
                {
                    try
                    {
                        exchange.Respond(await send(exchange.Request, cancellation.Token).ConfigureAwait(false));
                    }
                    catch (SendException error)
                    {
                        exchange.Fail(error.Status, error.MayHaveBeenSent, error.Message);
                    }
                    catch (OperationCanceledException) when (!exchange.IsCancelled)
                    {
                        exchange.Fail(Status.Timeout, true, "the sender's own time was up");
                    }
                    catch (Exception error)
                    {
                        exchange.Fail(Status.Transport, true, error.Message);
                    }
                }
            }
        }
    }
}
