// What an answer says about the session: a fragment's request is led to the login page, one under /v1 gets a 401.
export function isOver(response) {
  return response.status === 401 || (response.redirected && new URL(response.url).pathname === "/login");
}

export function logInAgain() {
  location.assign(`/login?return=${encodeURIComponent(location.pathname + location.search)}`);
}
