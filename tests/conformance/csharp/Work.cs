using System;
using System.Threading;
using System.Threading.Tasks;

namespace Conformance
{
    /// <summary>A step in the background, as <c>async</c> methods with a token to cancel them.</summary>
    internal sealed class Work : IDisposable
    {
        private readonly CancellationTokenSource cancellation = new CancellationTokenSource();
        private readonly Task<object> task;

        internal Work(Func<CancellationToken, Task<object>> begin)
        {
            task = begin(cancellation.Token);
        }

        internal object Wait()
        {
            return task.GetAwaiter().GetResult();
        }

        internal void Cancel()
        {
            cancellation.Cancel();
        }

        public void Dispose()
        {
            Cancel();
            ((IAsyncResult)task).AsyncWaitHandle.WaitOne();
        }
    }
}
