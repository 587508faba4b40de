// How the pages talk to the server.

// What makes a request of this page ours; see RequestForgery.
export const forgeryHeaders = () => ({ "X-CSRF-Token": document.querySelector('meta[name="csrf"]')?.content ?? "" });

/** What went wrong, in words for people. */
export function problemText(status, problem) {
  if (status === 0) return "The server cannot be reached. Check the connection and try again.";
  if (status === 401) return "You are signed out. Reload the page to sign in again.";
  if (status === 403) return problem?.detail ?? "Your key does not allow this.";
  if (status === 429) return "That was a lot at once. Wait a moment and try again.";
  if (status === 503) return "The database does not answer. Nothing was stored; try again in a moment.";
  return problem?.detail ?? problem?.title ?? `It did not work (${status}). Try again.`;
}

/** Posts JSON; returns what came back or throws an Error with words for people. */
export async function postJson(url, body) {
  let response;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", ...forgeryHeaders() },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error(problemText(0));
  }
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new Error(problemText(response.status, answer));
  return answer;
}
