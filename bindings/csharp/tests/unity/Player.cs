using System;
using System.Diagnostics;
using System.Linq;
using System.Net.Http;
using System.Reflection;
using System.Threading;
using System.Threading.Tasks;
using UnityEngine;

/// <summary>Plays the sample as Unity would, a frame at a time, for a user who agrees.</summary>
internal static class Player
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private static readonly HttpClient Browser = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });

    private static int Main(string[] arguments)
    {
        string sandbox = arguments[0];
        Application.persistentDataPath = arguments[1];
        Application.Opens = url => Task.Run(() => BrowseAsync(url));
        var sample = new SpotifyLogin();
        Set(sample, "clientId", "sandbox-client");
        Set(sample, "accountsUrl", sandbox);
        Set(sample, "webApiUrl", sandbox);
        Call(sample, "OnEnable");
        if (arguments.Length > 2)
        {
            // As when the scene is left at once.
            Call(sample, "OnDisable");
            Call(sample, "OnEnable");
        }
        Stopwatch watch = Stopwatch.StartNew();
        TimeSpan longest = TimeSpan.Zero;
        while (sample.Profile == null && sample.enabled && watch.Elapsed < LongestWait)
        {
            TimeSpan begun = watch.Elapsed;
            Call(sample, "Update");
            TimeSpan took = watch.Elapsed - begun;
            longest = took > longest ? took : longest;
            Thread.Sleep(16);
        }
        Call(sample, "OnDisable");
        Call(sample, "OnDisable");
        Console.WriteLine(sample.Profile);
        Console.WriteLine($"longest frame: {longest.TotalMilliseconds:F0} ms");
        return sample.Profile == null ? 1 : 0;
    }

    private static async Task BrowseAsync(string url)
    {
        string redirect;
        using (HttpResponseMessage answer = await Browser.GetAsync(url + "&sandbox_auto=approve"))
        {
            redirect = answer.Headers.GetValues("Location").First();
        }
        (await Browser.GetAsync(redirect)).Dispose();
    }

    private static void Set(object sample, string field, string value)
    {
        typeof(SpotifyLogin).GetField(field, BindingFlags.Instance | BindingFlags.NonPublic).SetValue(sample, value);
    }

    private static void Call(object sample, string method)
    {
        typeof(SpotifyLogin).GetMethod(method, BindingFlags.Instance | BindingFlags.NonPublic).Invoke(sample, null);
    }
}
