// /monday: the style of the weekly report, on screen and on paper. It needs no script.
import "./weekly.css";
