// /compare: the style of the page, on screen, on paper and in a file. It needs no script.
import "./compare.css";
