"""How the picture stands on the stage: wheel, pan, pinch, keys, size."""

import pytest
from playwright.sync_api import expect

from tests.browser.page import box, picture

MAX = 6400
"""The largest enlargement, in per cent."""


def wait_for_zoom(canvas, changed_from):
    canvas.page.wait_for_function(
        "from => !document.querySelector('.ipya-hud').textContent.includes(` ${from} %`)", arg=changed_from
    )


@pytest.mark.parametrize("point", [(200.5, 150.5), (3.5, 3.5), (636.5, 470.5), (320.5, 240.5)])
def test_the_wheel_keeps_the_point_under_the_cursor(canvas, point):
    canvas.move(*point)
    under = canvas.cross
    assert under == (int(point[0]), int(point[1]))
    for step in (-300, -300, -200, 250, -400):
        before = canvas.zoom
        canvas.wheel(*point, step)
        wait_for_zoom(canvas, before)
        assert canvas.cross == under
    # The crosshair is not only left where it was: the next move of the mouse finds the same pixel there.
    x, y = canvas.at(*point)
    canvas.page.mouse.move(x + 30, y)
    canvas.settled()
    canvas.page.mouse.move(x, y)
    assert canvas.cross == under
    assert canvas.changes() == []


def test_the_wheel_does_not_scroll_the_page(canvas):
    canvas.page.evaluate("() => { document.body.style.height = '5000px' }")
    before = canvas.zoom
    canvas.wheel(200, 150, 300)
    wait_for_zoom(canvas, before)
    assert canvas.page.evaluate("() => scrollY") == 0


def test_two_keys_one_after_the_other_are_one_shortcut(canvas):
    canvas.put(keymap={"Ctrl+k f": "fit", "+": "zoom_in"})
    fitted = canvas.zoom
    canvas.keys("+")
    wait_for_zoom(canvas, fitted)
    zoomed = canvas.zoom
    canvas.keys("f")  # means nothing alone
    assert canvas.zoom == zoomed
    canvas.keys("Control+k", "f")
    wait_for_zoom(canvas, zoomed)
    assert canvas.zoom == fitted


def test_zoom_has_its_ends(canvas):
    for _ in range(20):
        canvas.wheel(200, 150, -300)
    assert canvas.zoom == MAX
    for _ in range(30):
        canvas.wheel(200, 150, 300)
    assert canvas.zoom == pytest.approx(125 / 4, abs=1)


def test_the_middle_button_pans_with_any_tool(canvas):
    canvas.wheel(320.5, 240.5, -300)
    wait_for_zoom(canvas, 125)
    zoom, under = canvas.zoom, canvas.cross
    canvas.drag((320.5, 240.5), (250.5, 300.5), button="middle", steps=10)
    assert canvas.cross == under, "the pixel that was gripped is still under the cursor"
    assert canvas.zoom == zoom
    canvas.move(320.5, 240.5)
    assert canvas.cross != under
    assert canvas.messages() == []


def test_the_hand_pans(open_canvas):
    canvas = open_canvas(tool="pan")
    canvas.show("a.png", objects=[box("o1", 200, 150, 50, 50)])
    canvas.forget()
    before = canvas.settled()
    canvas.drag((220, 170), (300, 200))
    after = canvas.settled()
    assert after[0] > before[0]
    assert canvas.messages() == []


def test_the_picture_cannot_be_lost(canvas):
    for _ in range(6):
        canvas.drag((100, 100), (700, 500), button="middle")
    canvas.put(tool="box")
    canvas.keys("z")  # the small map stands in that corner
    left, top = canvas.corner
    canvas.page.mouse.move(left + canvas.size[0] - 20, top + canvas.size[1] - 20)
    x, y = canvas.cross
    assert 0 <= x < 640
    assert 0 <= y < 480


def test_keys_of_the_view(canvas):
    assert canvas.zoom == 125
    canvas.keys("0")
    assert canvas.zoom == 100
    canvas.keys("+")
    assert canvas.zoom == 125
    canvas.keys("-", "-")
    assert canvas.zoom == 80
    canvas.keys("f")
    assert canvas.zoom == 125


def test_actual_size_is_one_pixel_of_the_screen(open_canvas):
    canvas = open_canvas(ratio=2)
    canvas.show("a.png")
    canvas.keys("0")
    assert canvas.zoom == 50
    sizes = canvas.page.evaluate(
        "() => [...document.querySelectorAll('.ipya-layer')].map(({width, height}) => [width, height])"
    )
    assert sizes == [[1800, 1200]] * 3


def test_another_screen_with_other_pixels(canvas):
    """The stage stays as large as it is in CSS pixels, so no ResizeObserver hears of it."""
    widths = "() => [...document.querySelectorAll('.ipya-layer')].map(({width}) => width)"
    assert canvas.page.evaluate(widths) == [900] * 3
    cdp = canvas.page.context.new_cdp_session(canvas.page)
    size = canvas.page.viewport_size
    for ratio in (2, 1.5):
        # The emulation tells media queries only together with another size of the window.
        size["width"] += 10
        cdp.send("Emulation.setDeviceMetricsOverride", {**size, "deviceScaleFactor": ratio, "mobile": False})
        canvas.page.wait_for_function(f"want => ({widths})().every(width => width === want)", arg=900 * ratio)
    assert canvas.zoom == 125
    assert [message["width"] for message in canvas.messages("hello")] == [1800]


def test_the_view_stays_for_the_next_picture_of_the_same_size(canvas):
    canvas.wheel(100.5, 100.5, -300)
    wait_for_zoom(canvas, 125)
    zoom, under = canvas.zoom, canvas.cross
    canvas.show("b.png")
    canvas.move(110, 100)
    canvas.move(100.5, 100.5)
    assert (canvas.zoom, canvas.cross) == (zoom, under)
    canvas.show("c.png", size=(320, 240))
    assert canvas.zoom == 250
    canvas.show("d.png")
    assert canvas.zoom == 125


def test_the_view_stays_when_the_canvas_is_rendered_again(canvas):
    canvas.wheel(100.5, 100.5, -300)
    wait_for_zoom(canvas, 125)
    zoom = canvas.zoom
    canvas.unmount()
    canvas.mount()
    canvas.ready("a.png")
    assert canvas.zoom == zoom


def test_a_fitted_picture_stays_fitted_when_the_stage_changes(canvas):
    canvas.page.evaluate("() => kernel.resize(640, 480)")
    expect(canvas.page.locator(".ipya-hud")).to_contain_text("100 %")
    canvas.page.evaluate("() => kernel.resize(320, 480)")
    expect(canvas.page.locator(".ipya-hud")).to_contain_text("50 %")


def test_a_larger_stage_asks_for_larger_pictures_and_a_little_larger_does_not(canvas):
    assert canvas.messages("hello") == []
    canvas.page.evaluate("() => kernel.resize(920, 610)")
    canvas.settled()
    assert canvas.messages("hello") == []
    canvas.page.evaluate("() => kernel.resize(1300, 700)")
    canvas.page.wait_for_function("() => kernel.sent.length")
    hello = canvas.messages("hello")
    assert [(message["width"], message["height"]) for message in hello] == [(1300, 700)]


def test_a_hidden_canvas_stands_as_before_when_it_is_seen_again(canvas):
    canvas.wheel(100.5, 100.5, -300)
    wait_for_zoom(canvas, 125)
    zoom = canvas.zoom
    for display in ("none", ""):
        canvas.page.evaluate(
            "display => { document.querySelector('#host').style.display = display }", display
        )
        canvas.page.evaluate("() => new Promise(requestAnimationFrame)")
    assert canvas.zoom == zoom
    assert canvas.messages("hello") == []


def test_two_fingers_zoom_and_pan(open_canvas):
    canvas = open_canvas(touch=True)
    canvas.show("a.png")
    canvas.forget()
    cdp = canvas.page.context.new_cdp_session(canvas.page)
    middle_x, middle_y = canvas.at(320, 240)

    def touch(kind, *points):
        placed = [{"x": x, "y": y, "id": at} for at, (x, y) in enumerate(points)]
        cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": placed})

    def fingers(spread):
        return (middle_x - spread, middle_y), (middle_x + spread, middle_y)

    touch("touchStart", fingers(50)[0])
    touch("touchStart", *fingers(50))
    for spread in (60, 80, 100):
        touch("touchMove", *fingers(spread))
    touch("touchEnd")
    canvas.settled()
    assert canvas.zoom == pytest.approx(250, abs=3)
    assert canvas.messages() == [], "a pinch draws nothing"
    # The middle of the fingers has stayed where it was: a box around it says so.
    touch("touchStart", (middle_x - 100, middle_y - 50))
    touch("touchMove", (middle_x, middle_y))
    touch("touchMove", (middle_x + 100, middle_y + 50))
    touch("touchEnd")
    canvas.settled()
    shape = canvas.changes()[0]["ops"][0]["new"]["shape"]
    assert shape["x"] + shape["width"] / 2 == pytest.approx(320, abs=1)
    assert shape["y"] + shape["height"] / 2 == pytest.approx(240, abs=1)
    assert shape["width"] == pytest.approx(80, abs=1.5)


def test_a_small_picture(canvas):
    canvas.show("small.png", size=(32, 32))
    assert canvas.zoom == 1875
    canvas.forget()
    canvas.drag((3.25, 4.5), (40, 20.75))
    canvas.settled()
    shape = canvas.changes()[0]["ops"][0]["new"]["shape"]
    assert [shape["x"], shape["y"]] == pytest.approx([3.25, 4.5], abs=0.06)
    assert shape["x"] + shape["width"] == 32
    canvas.keys("0")
    assert canvas.zoom == 100


def test_one_pixel(canvas):
    canvas.show("one.png", size=(1, 1))
    assert canvas.zoom == MAX
    canvas.forget()
    canvas.drag((-0.5, -0.5), (2, 2))
    canvas.settled()
    shape = canvas.changes()[0]["ops"][0]["new"]["shape"]
    assert [shape[name] for name in ("x", "y", "width", "height")] == [0, 0, 1, 1]


def test_a_large_picture_is_asked_for_sharper_where_it_is_looked_at(canvas):
    canvas.show("large.jpg", size=(20_000, 20_000), image=picture((1000, 1000), "JPEG"))
    assert canvas.zoom == 3
    canvas.forget()
    canvas.drag((5000, 5000), (15_000, 10_000))
    canvas.settled()
    shape = canvas.changes()[0]["ops"][0]["new"]["shape"]
    assert [shape[name] for name in ("x", "y", "width", "height")] == pytest.approx(
        [5000, 5000, 10_000, 5000], abs=2
    )
    canvas.forget()
    for _ in range(5):
        canvas.wheel(10_000, 10_000, -300)
    canvas.page.wait_for_function("() => kernel.sent.some(({type}) => type === 'media')")
    asked = canvas.messages("media")[0]
    x, y, width, height = asked["region"]
    assert x <= 10_000 <= x + width
    assert y <= 10_000 <= y + height
    assert width < 20_000
    assert asked["width"] <= 512
    before = canvas.settled()
    sharp = {"type": "media", "id": asked["id"], "key": "large.jpg", "region": asked["region"]}
    canvas.deliver_media(sharp, picture((asked["width"], asked["height"]), "JPEG"))
    canvas.page.wait_for_function("count => probe.paints()[0] > count", arg=before[0])
    assert canvas.item == "large.jpg"
