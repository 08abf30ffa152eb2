using System;
using System.Net.Http;
using System.Threading.Tasks;

// As much of Unity as the sample needs, for a test without Unity.
namespace UnityEngine
{
    [AttributeUsage(AttributeTargets.Field)]
    public sealed class SerializeField : Attribute
    {
    }

    public class MonoBehaviour
    {
        public bool enabled { get; set; } = true;
    }

    public static class Application
    {
        public static string persistentDataPath { get; set; }

        public static Action<string> Opens { get; set; }

        public static void OpenURL(string url)
        {
            Opens(url);
        }
    }

    public static class Debug
    {
        public static void Log(object message)
        {
            Console.WriteLine(message);
        }

        public static void LogError(object message)
        {
            Console.WriteLine(message);
        }
    }
}

namespace UnityEngine.Networking
{
    public sealed class UnityWebRequest : IDisposable
    {
        private static readonly HttpClient Http = new HttpClient();

        private readonly HttpRequestMessage message;
        private Task answer;

        private UnityWebRequest(string url)
        {
            message = new HttpRequestMessage(HttpMethod.Get, url);
        }

        public bool isDone
        {
            get { return answer.IsCompleted; }
        }

        public long responseCode { get; private set; }

        public DownloadHandler downloadHandler { get; } = new DownloadHandler();

        public static UnityWebRequest Get(string url)
        {
            return new UnityWebRequest(url);
        }

        public void SetRequestHeader(string name, string value)
        {
            message.Headers.Add(name, value);
        }

        public void SendWebRequest()
        {
            answer = SendAsync();
        }

        public void Dispose()
        {
            message.Dispose();
        }

        private async Task SendAsync()
        {
            using (HttpResponseMessage response = await Http.SendAsync(message))
            {
                downloadHandler.text = await response.Content.ReadAsStringAsync();
                responseCode = (long)response.StatusCode;
            }
        }
    }

    public sealed class DownloadHandler
    {
        public string text { get; internal set; }
    }
}
