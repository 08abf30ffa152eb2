using System;
using System.IO;
using Clef;
using UnityEngine;
using UnityEngine.Networking;

/// <summary>
/// Logs the user in once, with their browser, and asks the Web API who they are. Everything is polled: no frame waits,
/// and no native code calls this class. Register http://127.0.0.1/callback in Spotify's dashboard.
/// </summary>
public sealed class SpotifyLogin : MonoBehaviour
{
    [SerializeField] private string clientId = "";
    [SerializeField] private string redirectUri = "http://127.0.0.1/callback";
    [SerializeField] private string accountsUrl = "https://accounts.spotify.com";
    [SerializeField] private string webApiUrl = "https://api.spotify.com";

    private Runtime runtime;
    private Credentials credentials;
    private TokenStore store;
    private Operation<RefreshingToken> opening;
    private LoginOperation login;
    private bool isShown;
    private RefreshingToken token;
    private Operation<Token> reading;
    private UnityWebRequest request;

    /// <summary>What the Web API says of the user, as JSON; null before.</summary>
    public string Profile { get; private set; }

    private void OnEnable()
    {
        runtime = new Runtime();
        using (var spotify = new Credentials(clientId, null, redirectUri))
        {
            credentials = spotify.WithAccountsUrl(accountsUrl);
        }
        store = TokenStore.InDirectory(Path.Combine(Application.persistentDataPath, "clef"));
        opening = store.StartOpen(credentials, null, runtime);
    }

    private void Update()
    {
        try
        {
            if (opening != null)
            {
                PollOpening();
            }
            else if (login != null)
            {
                PollLogin();
            }
            else if (reading != null)
            {
                PollReading();
            }
            else if (request != null)
            {
                PollRequest();
            }
        }
        catch (ClefException error)
        {
            // Its message has no secret in it.
            Debug.LogError($"{error.Status}: {error.Message}");
            enabled = false;
        }
    }

    /// <summary>Unity calls this before it destroys the object, and before a domain reload.</summary>
    private void OnDisable()
    {
        request?.Dispose();
        reading?.Dispose();
        login?.Dispose();
        opening?.Dispose();
        // Ends what is under way, and gives the port of a login back.
        runtime?.Dispose();
        token?.Dispose();
        store?.Dispose();
        credentials?.Dispose();
        request = null;
        reading = null;
        login = null;
        opening = null;
        runtime = null;
        token = null;
        store = null;
        credentials = null;
    }

    private void PollOpening()
    {
        if (!opening.IsDone)
        {
            return;
        }
        using (Operation<RefreshingToken> done = opening)
        {
            opening = null;
            try
            {
                token = done.GetResult();
                Ask();
            }
            catch (ClefException error) when (error.Remedy == Remedy.LogIn)
            {
                // The first run, or the user has withdrawn the access.
                var options = new LoginOptions { Flags = LoginFlags.NoBrowser, Store = store };
                login = credentials.StartLogin(runtime, new ScopeSet(Scope.UserReadEmail), options);
                isShown = false;
            }
        }
    }

    private void PollLogin()
    {
        string url = isShown ? null : login.Url;
        if (url != null)
        {
            isShown = true;
            Application.OpenURL(url);
        }
        if (login.IsDone)
        {
            using (LoginOperation done = login)
            {
                login = null;
                token = done.GetResult();
                Ask();
            }
        }
    }

    /// <summary>Asks for an access token anew before each request, which refreshes it where it has to.</summary>
    private void Ask()
    {
        reading = token.StartAccessToken(runtime);
    }

    private void PollReading()
    {
        if (!reading.IsDone)
        {
            return;
        }
        using (Operation<Token> done = reading)
        {
            reading = null;
            request = UnityWebRequest.Get(webApiUrl + "/v1/me");
            request.SetRequestHeader("Authorization", "Bearer " + done.GetAccessToken());
            request.SendWebRequest();
        }
    }

    private void PollRequest()
    {
        if (!request.isDone)
        {
            return;
        }
        using (UnityWebRequest done = request)
        {
            request = null;
            Profile = done.responseCode == 200 ? done.downloadHandler.text : null;
            Debug.Log(Profile == null ? $"The Web API answers {done.responseCode}" : "Logged in");
        }
    }
}
