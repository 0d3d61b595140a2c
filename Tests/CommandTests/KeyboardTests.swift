// SPDX-License-Identifier: BSD-3-Clause

import Foundation
import TestSupport
import Testing

/// The page in a browser, driven by nothing but keys: those of a keyboard, sent by the browser's
/// own protocol, not events that a script makes up.
struct KeyboardTests {
  private static let browser = "/usr/bin/chromium"
  private static let python = "/usr/bin/python3"
  private static let hasTools = [browser, python].allSatisfy {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  /// Speaks to the browser by --remote-debugging-pipe: JSON with a NUL behind it on descriptors 3
  /// and 4. Prints what the page said after each step, a line of JSON each. The browser ends with
  /// its pipe.
  private static let driver = """
    import json, os, subprocess, sys
    browser, page, profile = sys.argv[1:4]
    there, here = os.pipe(), os.pipe()
    def place():
        os.dup2(there[0], 3); os.dup2(here[1], 4)
    # Numbers above those that the child is to have, so that none covers another.
    import fcntl
    there = [fcntl.fcntl(n, fcntl.F_DUPFD, 20) for n in there]
    here = [fcntl.fcntl(n, fcntl.F_DUPFD, 20) for n in here]
    child = subprocess.Popen(
        [browser, '--headless', '--no-sandbox', '--disable-gpu', '--no-first-run',
         '--user-data-dir=' + profile, '--window-size=1280,2400', '--remote-debugging-pipe',
         'about:blank'], preexec_fn=place, close_fds=False, stderr=subprocess.DEVNULL)
    os.close(there[0]); os.close(here[1])
    sending, receiving = there[1], os.fdopen(here[0], 'rb')
    number, buffered = 0, b''
    def receive():
        global buffered
        while b'\\0' not in buffered:
            more = receiving.read1(1 << 20)
            if not more: sys.exit('the browser ended')
            buffered += more
        message, buffered = buffered.split(b'\\0', 1)
        return json.loads(message)
    def send(method, session=None, **parameters):
        global number
        number += 1
        message = {'id': number, 'method': method, 'params': parameters}
        if session: message['sessionId'] = session
        data = json.dumps(message).encode() + b'\\0'
        while data: data = data[os.write(sending, data):]
        while True:
            answer = receive()
            if answer.get('id') == number:
                if 'error' in answer: sys.exit(method + ': ' + str(answer['error']))
                return answer['result']
    target = send('Target.createTarget', url='about:blank')['targetId']
    session = send('Target.attachToTarget', targetId=target, flatten=True)['sessionId']
    send('Page.enable', session)
    send('Page.navigate', session, url='file://' + page)
    def ask(expression):
        told = send('Runtime.evaluate', session, expression=expression, returnByValue=True)
        return told['result'].get('value')
    while ask("document.readyState === 'complete' && !!document.title") is not True: pass
    codes = {'Tab': 9, 'Enter': 13, 'Escape': 27, 'PageUp': 33, 'PageDown': 34, 'End': 35,
             'Home': 36, 'ArrowLeft': 37, 'ArrowUp': 38, 'ArrowRight': 39, 'ArrowDown': 40}
    def press(key):
        shift = key.startswith('Shift+')
        key = key.removeprefix('Shift+')
        common = {'key': key, 'code': key, 'windowsVirtualKeyCode': codes[key],
                  'modifiers': 8 if shift else 0}
        down = dict(common, type='keyDown')
        if key == 'Enter': down['text'] = '\\r'
        else: down['type'] = 'rawKeyDown'
        send('Input.dispatchKeyEvent', session, **down)
        send('Input.dispatchKeyEvent', session, **dict(common, type='keyUp'))
    state = '''(() => { const e = document.activeElement, s = document.getElementById('scrub');
      return { focus: e === document.body ? '' : e.tagName + (e.id ? '#' + e.id : ''),
        text: e === document.body ? '' : e.textContent.slice(0, 60),
        label: e.getAttribute('aria-label') || '', now: e.getAttribute('aria-valuenow') || '',
        position: s ? Number(s.value) : -1, last: s ? Number(s.max) : -1,
        said: s ? document.getElementById('scrub-text').textContent : '',
        open: !!e.closest('details') && e.closest('details').open,
        isVisible: e.getClientRects().length > 0, hash: location.hash,
        marks: [...new Set(space.sides.flatMap(side => side.marks))].sort((a, b) => a - b) }; })()'''
    for key in sys.argv[4:]:
        # From the top through all stops; on to the next of a kind; a key.
        if key == 'round':
            while True:
                press('Tab')
                now = ask(state)
                if now['focus'] == '': break
                print(json.dumps(dict(now, key=key)))
            continue
        if key.startswith('to:'):
            for _ in range(400):
                press('Tab')
                now = ask(state)
                if now['focus'] == '' or now['focus'].startswith(key[3:]): break
        else:
            press(key)
        print(json.dumps(dict(ask(state), key=key)))
    send('Browser.close')
    child.wait()
    """

  private struct State: Decodable {
    var key, focus, text, label, now, said, hash: String
    var position, last: Int
    var open, isVisible: Bool
    var marks: [Int]
  }

  private func press(_ keys: [String]) throws -> [State] {
    try Scratch.with { scratch in
      let page = scratch.path("report.html")
      let report = try Subprogram.epimetheus(
        "report", "--format", "html", FormatCommandTests.traces[0])
      try report.output.write(to: URL(filePath: page))
      let run = try Subprogram.run(
        [Self.python, "-c", Self.driver, Self.browser, page, scratch.path("profile")] + keys,
        timeout: 120)
      try #require(run.end == .exited(0), "\(run.errorText.suffix(500))")
      return try run.text.split(separator: "\n").map {
        try JSONDecoder().decode(State.self, from: Data($0.utf8))
      }
    }
  }

  @Test(.enabled(if: hasTools, "chromium or python3 is not installed"))
  func `the page is used by keyboard alone`() throws {
    let keys = [
      "Tab", "Enter", "to:CANVAS", "Home", "ArrowRight", "ArrowUp", "ArrowLeft", "PageUp", "End",
      "ArrowRight", "ArrowDown", "Home", "Shift+ArrowRight", "Shift+ArrowLeft", "to:INPUT",
      "ArrowRight", "Shift+ArrowRight", "End", "Shift+ArrowLeft", "to:SUMMARY", "Enter", "Enter",
      "to:BUTTON", "Enter", "ArrowRight", "Escape", "Escape",
    ]
    let all = try press(["round"] + keys)
    try expectOrder(all.filter { $0.key == "round" })
    let states = all.filter { $0.key != "round" }
    try #require(states.map(\.key) == keys)
    var index = 0
    func next() -> State {
      defer { index += 1 }
      return states[index]
    }
    let last = states[0].last, marks = states[0].marks
    try #require(last > 20 && marks.count > 1 && marks[0] > 0, "\(last), \(marks)")
    #expect(next().focus == "A")
    #expect(next().hash == "#summary")
    // The drawing.
    #expect(next().focus == "CANVAS")
    for position in [0, 1, 2, 1, 1 + Int((Double(last) / 10).rounded()), last, last, last - 1, 0] {
      let state = next()
      #expect(state.position == position, "\(state.key)")
      #expect(state.focus == "CANVAS" && state.now == "\(position)", "\(state.key)")
      #expect(state.said == "after call \(position) of \(last)")
    }
    #expect(next().position == marks[0])
    #expect(next().position == marks[0], "there is none before it")
    // The slider: what it does itself, and divergences.
    #expect(next().focus == "INPUT#scrub")
    #expect(next().position == marks[0] + 1)
    #expect(next().position == marks.first { $0 > marks[0] + 1 } ?? marks[0] + 1)
    #expect(next().position == last)
    #expect(next().position == marks.last { $0 < last })
    // What opens, and the way to a divergence and back.
    let summary = next()
    #expect(summary.focus == "SUMMARY")
    #expect(next().open != summary.open)
    #expect(next().open == summary.open)
    let button = next()
    #expect(button.focus == "BUTTON" && button.text == "Show the address space there")
    let shown = next()
    #expect(shown.focus == "INPUT#scrub" && marks.contains(shown.position))
    #expect(next().position == shown.position + 1)
    #expect(next().focus == "BUTTON")
    #expect(next().focus == "BUTTON")
  }

  /// Each stop is seen; links to the sections come first, then the drawing of each side, the slider,
  /// both lists, and what can be opened below.
  private func expectOrder(_ stops: [State]) throws {
    #expect(stops.allSatisfy { $0.isVisible })
    let kinds = stops.map { String($0.focus.prefix { $0 != "#" }) }
    let runs = kinds.reduce(into: [String]()) { if $0.last != $1 { $0.append($1) } }
    #expect(
      Array(runs.prefix(6)) == ["A", "CANVAS", "INPUT", "DIV", "SUMMARY", "BUTTON"], "\(runs)")
    for kind in ["CANVAS", "DIV"] { #expect(kinds.count { $0 == kind } == 2) }
    #expect(stops.filter { $0.focus == "CANVAS" }.allSatisfy { $0.label.contains("over time") })
  }
}
