/** One browser has one session: whoever logs in or out in one tab does so for all of them. */
const tabs = new BroadcastChannel("bihuan.session");

/** Tell the other tabs who is logged in now, "" for nobody. */
export function tellTabs(username: string): void {
  tabs.postMessage(username);
}

/** Hear from the other tabs who is logged in now, "" for nobody. */
export function whenAnotherTabTells(heard: (username: string) => void): void {
  tabs.onmessage = ({ data }: MessageEvent<string>) => heard(data);
}
